"""Given names of Sikhs, Parsis and Christians."""

from typing import Final

from grahak.customers.demo_names.table import words

SIKHS: Final = words(
    """
Gurpreet|गुरप्रीत|ગુરપ્રીત|گرپریت
Harpreet|हरप्रीत|હરપ્રીત|ہرپریت
Manpreet|मनप्रीत|મનપ્રીત|من پریت
Baljit|बलजीत|બલજીત|بلجیت
Daljit|दलजीत|દલજીત|دلجیت
Gurmeet|गुरमीत|ગુરમીત|گرمیت
Harjit|हरजीत|હરજીત|ہرجیت
Kuldip|कुलदीप|કુલદીપ|کلدیپ
Jaswinder|जसविंदर|જસવિંદર|جسوندر
Parminder|परमिंदर|પરમિંદર|پرمندر
Sukhwinder|सुखविंदर|સુખવિંદર|سکھوندر
Tejinder|तेजिंदर|તેજિંદર|تیجندر
Amarjit|अमरजीत|અમરજીત|امرجیت
Ranjit|रणजीत|રણજીત|رنجیت
Satnam|सतनाम|સતનામ|ستنام
Kartar|करतार|કરતાર|کرتار
Mohinder|मोहिंदर|મોહિંદર|موہندر
    """
)

PARSIS: Final = words(
    """
Rustom|रुस्तम|રુસ્તમ|رستم
Sohrab|सोहराब|સોહરાબ|سہراب
Jamshed|जमशेद|જમશેદ|جمشید
Cyrus|साइरस|સાયરસ|سائرس
Firoz|फ़िरोज़|ફિરોઝ|فیروز
Behram|बहराम|બહેરામ|بہرام
Kersi|केरसी|કેરસી|کیرسی
Nariman|नरीमन|નરીમાન|نریمان
Dinshaw|दिनशॉ|દિનશા|دنشا
Roshan|रोशन|રોશન|روشن
Freny|फ्रेनी|ફ્રેની|فرینی
    """
)

CHRISTIANS: Final = words(
    """
John|जॉन|જોન|جان
Joseph|जोसेफ़|જોસેફ|جوزف
Anthony|एंथनी|એન્થની|انتھونی
Peter|पीटर|પીટર|پیٹر
Daniel|डेनियल|ડેનિયલ|ڈینیل
Maria|मारिया|મારિયા|ماریا
Samuel|सैमुअल|સેમ્યુઅલ|سیموئل
Thomas|थॉमस|થોમસ|تھامس
    """
)
