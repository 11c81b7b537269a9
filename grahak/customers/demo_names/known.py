"""Full names that a reader would take for a known person; the demo shop has no such buyer."""

from typing import Final

from grahak.customers.demo_names.table import listed

# Given and family name, without what a community puts between.
KNOWN: Final = listed(
    """
    Mukesh Ambani, Amit Shah, Rahul Yadav, Hardik Patel, Hardik Pandya, Paresh Raval, Rohit Sharma,
    Kapil Sharma, Anil Sharma, Pankaj Tripathi, Rajesh Khanna, Vinod Khanna, Akshay Khanna,
    Vijay Malhotra, Laxmi Mittal, Sunil Mittal, Arjun Rana, Vikas Khanna, Vikas Dubey, Umesh Yadav,
    Kuldip Yadav, Sharad Yadav, Subhash Khanna, Girish Kulkarni, Prashant Bhushan, Harish Salve,
    Mahesh Bhatt, Pooja Bhatt, Mukesh Bhatt, Arvind Trivedi, Ashok Mehta, Hansa Mehta, Ketan Mehta,
    Ketan Parekh, Asha Parekh, Asha Bhosale, Dilip Joshi, Manish Malhotra, Neha Sharma, Usha Mehta,
    Ila Bhatt, Sunil Shetty, Vijay Sharma, Rakesh Mehra, Bharat Shah, Imran Khan, Salman Khan,
    Amir Khan, Irfan Khan, Asif Khan, Zaheer Khan, Yunus Khan, Yusuf Khan, Yusuf Pathan, Irfan Pathan,
    Imran Malik, Akbar Khan, Ayub Khan, Ayesha Khan, Liaquat Khan, Shahid Khan, Shahid Afridi,
    Shahid Abbasi, Babar Malik, Umar Malik, Shaukat Siddiqui, Zakir Husain, Sajid Khan,
    Mahmood Qureshi, Waheed Khan, Usman Khan, Abdul Rahman Khan, Sania Mirza, Fatima Sheikh,
    Danish Siddiqui, Nazir Ahmad, Saeed Mirza, Iqbal Khan, Ismail Merchant, Firoz Khan, Ranjit Sodhi,
    Harpreet Gill, Baljit Sandhu, John Fernandes, Cyrus Irani, Arif Khan, Faisal Khan, Amir Qureshi,
    Hasan Khan, Junaid Khan, Majid Khan, Adnan Khan, Khalid Khan, Sana Khan, Farah Khan, Saira Khan,
    Hina Khan, Shaheen Afridi, Naseem Khan, Rashid Khan, Mustafa Khan, Nadeem Khan, Jamal Khan,
    Kamran Khan
    """
)
