"""Cities with their states and postcodes, and the streets on which shops stand."""

from typing import Final, NamedTuple

from grahak.customers.demo_names.table import Word, words


class City(NamedTuple):
    """A city; its postcodes run from `first` to `first + many - 1` (Pakistan: one city code)."""

    name: Word
    region: str
    country: str
    first: int
    many: int


def _cities(text: str) -> tuple[City, ...]:
    out = []
    for line in text.strip().splitlines():
        name, place = line.rsplit("#", 1)
        region, country, first, many = place.split(",")
        out.append(City(words(name)[0], region.strip(), country, int(first), int(many)))
    return tuple(out)


GUJARAT: Final = _cities(
    """
Ahmedabad|अहमदाबाद|અમદાવાદ|احمد آباد # Gujarat,IN,380001,63
Ahmedabad|अहमदाबाद|અમદાવાદ|احمد آباد # Gujarat,IN,380001,28
Surat|सूरत|સુરત|سورت # Gujarat,IN,395001,10
Surat|सूरत|સુરત|سورت # Gujarat,IN,395002,6
Vadodara|वडोदरा|વડોદરા|وڈودرا # Gujarat,IN,390001,25
Rajkot|राजकोट|રાજકોટ|راجکوٹ # Gujarat,IN,360001,7
Bhavnagar|भावनगर|ભાવનગર|بھاو نگر # Gujarat,IN,364001,6
Jamnagar|जामनगर|જામનગર|جام نگر # Gujarat,IN,361001,8
Junagadh|जूनागढ़|જૂનાગઢ|جونا گڑھ # Gujarat,IN,362001,4
Gandhinagar|गांधीनगर|ગાંધીનગર|گاندھی نگر # Gujarat,IN,382010,21
Anand|आनंद|આણંદ|آنند # Gujarat,IN,388001,1
Nadiad|नडियाद|નડિયાદ|نڈیاد # Gujarat,IN,387001,2
Mehsana|मेहसाणा|મહેસાણા|مہسانہ # Gujarat,IN,384001,2
Bharuch|भरूच|ભરૂચ|بھروچ # Gujarat,IN,392001,1
Navsari|नवसारी|નવસારી|نوساری # Gujarat,IN,396445,1
Valsad|वलसाड|વલસાડ|ولساڈ # Gujarat,IN,396001,1
Morbi|मोरबी|મોરબી|موربی # Gujarat,IN,363641,2
Bhuj|भुज|ભુજ|بھج # Gujarat,IN,370001,1
Gandhidham|गांधीधाम|ગાંધીધામ|گاندھی دھام # Gujarat,IN,370201,1
Godhra|गोधरा|ગોધરા|گودھرا # Gujarat,IN,389001,1
Palanpur|पालनपुर|પાલનપુર|پالن پور # Gujarat,IN,385001,1
Himatnagar|हिम्मतनगर|હિંમતનગર|ہمت نگر # Gujarat,IN,383001,1
Porbandar|पोरबंदर|પોરબંદર|پوربندر # Gujarat,IN,360575,1
Amreli|अमरेली|અમરેલી|امریلی # Gujarat,IN,365601,1
Surendranagar|सुरेंद्रनगर|સુરેન્દ્રનગર|سریندر نگر # Gujarat,IN,363001,2
Mumbai|मुंबई|મુંબઈ|ممبئی # Maharashtra,IN,400001,104
Mumbai|मुंबई|મુંબઈ|ممبئی # Maharashtra,IN,400001,12
    """
)

NORTH: Final = _cities(
    """
Mumbai|मुंबई|મુંબઈ|ممبئی # Maharashtra,IN,400001,104
Pune|पुणे|પુણે|پونے # Maharashtra,IN,411001,48
Nagpur|नागपुर|નાગપુર|ناگپور # Maharashtra,IN,440001,37
Nashik|नासिक|નાસિક|ناسک # Maharashtra,IN,422001,13
Thane|ठाणे|થાણે|تھانے # Maharashtra,IN,400601,15
Solapur|सोलापुर|સોલાપુર|سولاپور # Maharashtra,IN,413001,8
Kolhapur|कोल्हापुर|કોલ્હાપુર|کولہاپور # Maharashtra,IN,416001,13
Jalgaon|जलगांव|જલગાંવ|جلگاؤں # Maharashtra,IN,425001,3
Lucknow|लखनऊ|લખનૌ|لکھنؤ # Uttar Pradesh,IN,226001,29
Kanpur|कानपुर|કાનપુર|کانپور # Uttar Pradesh,IN,208001,27
Varanasi|वाराणसी|વારાણસી|وارانسی # Uttar Pradesh,IN,221001,11
Agra|आगरा|આગ્રા|آگرہ # Uttar Pradesh,IN,282001,10
Prayagraj|प्रयागराज|પ્રયાગરાજ|پریاگ راج # Uttar Pradesh,IN,211001,19
Meerut|मेरठ|મેરઠ|میرٹھ # Uttar Pradesh,IN,250001,6
Gorakhpur|गोरखपुर|ગોરખપુર|گورکھپور # Uttar Pradesh,IN,273001,17
Delhi|दिल्ली|દિલ્હી|دہلی # Delhi,IN,110001,96
Delhi|दिल्ली|દિલ્હી|دہلی # Delhi,IN,110001,6
Jaipur|जयपुर|જયપુર|جے پور # Rajasthan,IN,302001,39
Jodhpur|जोधपुर|જોધપુર|جودھپور # Rajasthan,IN,342001,15
Udaipur|उदयपुर|ઉદયપુર|ادے پور # Rajasthan,IN,313001,4
Kota|कोटा|કોટા|کوٹا # Rajasthan,IN,324001,10
Ajmer|अजमेर|અજમેર|اجمیر # Rajasthan,IN,305001,8
Bikaner|बीकानेर|બિકાનેર|بیکانیر # Rajasthan,IN,334001,6
Indore|इंदौर|ઇન્દોર|اندور # Madhya Pradesh,IN,452001,18
Bhopal|भोपाल|ભોપાલ|بھوپال # Madhya Pradesh,IN,462001,47
Jabalpur|जबलपुर|જબલપુર|جبل پور # Madhya Pradesh,IN,482001,11
Gwalior|ग्वालियर|ગ્વાલિયર|گوالیار # Madhya Pradesh,IN,474001,20
Ujjain|उज्जैन|ઉજ્જૈન|اجین # Madhya Pradesh,IN,456001,10
Ratlam|रतलाम|રતલામ|رتلام # Madhya Pradesh,IN,457001,1
Patna|पटना|પટના|پٹنہ # Bihar,IN,800001,30
Muzaffarpur|मुज़फ़्फ़रपुर|મુઝફ્ફરપુર|مظفر پور # Bihar,IN,842001,5
Amritsar|अमृतसर|અમૃતસર|امرتسر # Punjab,IN,143001,6
Ludhiana|लुधियाना|લુધિયાણા|لدھیانہ # Punjab,IN,141001,14
Jalandhar|जालंधर|જલંધર|جالندھر # Punjab,IN,144001,14
    """
)

MUSLIM_INDIA: Final = _cities(
    """
Lucknow|लखनऊ|લખનૌ|لکھنؤ # Uttar Pradesh,IN,226001,29
Moradabad|मुरादाबाद|મુરાદાબાદ|مراد آباد # Uttar Pradesh,IN,244001,1
Aligarh|अलीगढ़|અલીગઢ|علی گڑھ # Uttar Pradesh,IN,202001,2
Bareilly|बरेली|બરેલી|بریلی # Uttar Pradesh,IN,243001,6
Firozabad|फ़िरोज़ाबाद|ફિરોઝાબાદ|فیروز آباد # Uttar Pradesh,IN,283203,1
Saharanpur|सहारनपुर|સહારનપુર|سہارنپور # Uttar Pradesh,IN,247001,1
Kanpur|कानपुर|કાનપુર|کانپور # Uttar Pradesh,IN,208001,27
Delhi|दिल्ली|દિલ્હી|دہلی # Delhi,IN,110001,6
Bhopal|भोपाल|ભોપાલ|بھوپال # Madhya Pradesh,IN,462001,47
Hyderabad|हैदराबाद|હૈદરાબાદ|حیدرآباد # Telangana,IN,500001,99
Bhiwandi|भिवंडी|ભિવંડી|بھیونڈی # Maharashtra,IN,421302,1
Malegaon|मालेगांव|માલેગાંવ|مالیگاؤں # Maharashtra,IN,423203,1
Aurangabad|औरंगाबाद|ઔરંગાબાદ|اورنگ آباد # Maharashtra,IN,431001,10
Mumbai|मुंबई|મુંબઈ|ممبئی # Maharashtra,IN,400001,12
    """
)

PAKISTAN: Final = _cities(
    """
Karachi|कराची|કરાચી|کراچی # Sindh,PK,74000,1
Karachi|कराची|કરાચી|کراچی # Sindh,PK,74200,1
Karachi|कराची|કરાચી|کراچی # Sindh,PK,75300,1
Hyderabad|हैदराबाद|હૈદરાબાદ|حیدرآباد # Sindh,PK,71000,1
Sukkur|सक्खर|સક્કર|سکھر # Sindh,PK,65200,1
Larkana|लरकाना|લરકાના|لاڑکانہ # Sindh,PK,77150,1
Mirpur Khas|मीरपुर ख़ास|મીરપુર ખાસ|میرپور خاص # Sindh,PK,69000,1
Nawabshah|नवाबशाह|નવાબશાહ|نواب شاہ # Sindh,PK,67450,1
Lahore|लाहौर|લાહોર|لاہور # Punjab,PK,54000,1
Lahore|लाहौर|લાહોર|لاہور # Punjab,PK,54000,1
Faisalabad|फ़ैसलाबाद|ફૈસલાબાદ|فیصل آباد # Punjab,PK,38000,1
Rawalpindi|रावलपिंडी|રાવલપિંડી|راولپنڈی # Punjab,PK,46000,1
Multan|मुल्तान|મુલતાન|ملتان # Punjab,PK,60000,1
Gujranwala|गुजरांवाला|ગુજરાંવાલા|گوجرانوالہ # Punjab,PK,52250,1
Sialkot|सियालकोट|સિયાલકોટ|سیالکوٹ # Punjab,PK,51310,1
Bahawalpur|बहावलपुर|બહાવલપુર|بہاولپور # Punjab,PK,63100,1
Sargodha|सरगोधा|સરગોધા|سرگودھا # Punjab,PK,40100,1
Sahiwal|साहीवाल|સાહીવાલ|ساہیوال # Punjab,PK,57000,1
Sheikhupura|शेख़ूपुरा|શેખુપુરા|شیخوپورہ # Punjab,PK,39350,1
Rahim Yar Khan|रहीम यार ख़ान|રહીમ યાર ખાન|رحیم یار خان # Punjab,PK,64200,1
Okara|ओकाड़ा|ઓકારા|اوکاڑہ # Punjab,PK,56300,1
Peshawar|पेशावर|પેશાવર|پشاور # Khyber Pakhtunkhwa,PK,25000,1
Mardan|मर्दान|મર્દાન|مردان # Khyber Pakhtunkhwa,PK,23200,1
Quetta|क्वेटा|ક્વેટા|کوئٹہ # Balochistan,PK,87300,1
Islamabad|इस्लामाबाद|ઇસ્લામાબાદ|اسلام آباد # Islamabad,PK,44000,1
    """
)

STREETS: Final[dict[str, tuple[str, ...]]] = {
    "IN": (
        "Station Road", "Ring Road", "M.G. Road", "Main Bazaar", "Tower Chowk", "Sardar Market",
        "Cloth Market", "Nehru Bazaar", "Subhash Chowk", "Mochi Bazaar", "Sadar Bazaar", "Raja Bazaar",
        "Bus Stand Road", "Court Road", "College Road", "Ghanta Ghar Road", "Chowk Bazaar", "Temple Road",
        "Hospital Road", "Vegetable Market Road", "Old Bus Depot Road", "Sarafa Bazaar",
    ),
    "PK": (
        "Main Bazaar", "Railway Road", "Circular Road", "Katchery Bazaar", "Jinnah Road", "Shahi Bazaar",
        "Resham Bazaar", "Cloth Market", "Liaquat Road", "G.T. Road", "Gol Bazaar", "Sarafa Bazaar",
        "Bank Road", "Station Road", "Chowk Ghanta Ghar", "Hospital Road", "College Road",
    ),
}  # fmt: skip

AREAS: Final[dict[str, tuple[str, ...]]] = {
    "IN": (
        "Old City", "Civil Lines", "Shastri Nagar", "Azad Nagar", "Gandhi Nagar", "Nehru Nagar",
        "Shivaji Nagar", "Industrial Area", "Mahavir Nagar", "Patel Colony", "Ashok Nagar", "Cantonment", "Sector 7",
        "Sector 12", "Vikas Nagar",
    ),
    "PK": (
        "Saddar", "Model Town", "Satellite Town", "Cantt", "People's Colony", "Gulberg", "Civil Lines",
        "Gulshan Colony", "Old City", "Garden Town", "Shah Faisal Colony",
    ),
}  # fmt: skip
