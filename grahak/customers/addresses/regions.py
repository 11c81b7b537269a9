"""States and provinces by country, with their names in four languages where these are in use: to be suggested while one
types. Names: the constitutions' schedules and the states' own usage."""

from __future__ import annotations

from typing import Final

# code of ISO 3166-2 without the country: (English, Urdu, Hindi, Gujarati)
Names = tuple[str, str, str, str]
LANGUAGES: Final = ("en", "ur", "hi", "gu")

REGIONS: Final[dict[str, dict[str, Names]]] = {
    "IN": {
        "AP": ("Andhra Pradesh", "آندھرا پردیش", "आंध्र प्रदेश", "આંધ્ર પ્રદેશ"),
        "AR": ("Arunachal Pradesh", "اروناچل پردیش", "अरुणाचल प्रदेश", "અરુણાચલ પ્રદેશ"),
        "AS": ("Assam", "آسام", "असम", "આસામ"),
        "BR": ("Bihar", "بہار", "बिहार", "બિહાર"),
        "CG": ("Chhattisgarh", "چھتیس گڑھ", "छत्तीसगढ़", "છત્તીસગઢ"),
        "GA": ("Goa", "گوا", "गोवा", "ગોવા"),
        "GJ": ("Gujarat", "گجرات", "गुजरात", "ગુજરાત"),
        "HR": ("Haryana", "ہریانہ", "हरियाणा", "હરિયાણા"),
        "HP": ("Himachal Pradesh", "ہماچل پردیش", "हिमाचल प्रदेश", "હિમાચલ પ્રદેશ"),
        "JH": ("Jharkhand", "جھارکھنڈ", "झारखंड", "ઝારખંડ"),
        "KA": ("Karnataka", "کرناٹک", "कर्नाटक", "કર્ણાટક"),
        "KL": ("Kerala", "کیرالا", "केरल", "કેરળ"),
        "MP": ("Madhya Pradesh", "مدھیہ پردیش", "मध्य प्रदेश", "મધ્ય પ્રદેશ"),
        "MH": ("Maharashtra", "مہاراشٹر", "महाराष्ट्र", "મહારાષ્ટ્ર"),
        "MN": ("Manipur", "منی پور", "मणिपुर", "મણિપુર"),
        "ML": ("Meghalaya", "میگھالیہ", "मेघालय", "મેઘાલય"),
        "MZ": ("Mizoram", "میزورم", "मिज़ोरम", "મિઝોરમ"),
        "NL": ("Nagaland", "ناگالینڈ", "नागालैंड", "નાગાલેન્ડ"),
        "OD": ("Odisha", "اڈیشہ", "ओडिशा", "ઓડિશા"),
        "PB": ("Punjab", "پنجاب", "पंजाब", "પંજાબ"),
        "RJ": ("Rajasthan", "راجستھان", "राजस्थान", "રાજસ્થાન"),
        "SK": ("Sikkim", "سکم", "सिक्किम", "સિક્કિમ"),
        "TN": ("Tamil Nadu", "تمل ناڈو", "तमिलनाडु", "તમિલનાડુ"),
        "TS": ("Telangana", "تلنگانہ", "तेलंगाना", "તેલંગાણા"),
        "TR": ("Tripura", "تریپورہ", "त्रिपुरा", "ત્રિપુરા"),
        "UP": ("Uttar Pradesh", "اتر پردیش", "उत्तर प्रदेश", "ઉત્તર પ્રદેશ"),
        "UK": ("Uttarakhand", "اتراکھنڈ", "उत्तराखंड", "ઉત્તરાખંડ"),
        "WB": ("West Bengal", "مغربی بنگال", "पश्चिम बंगाल", "પશ્ચિમ બંગાળ"),
        "AN": (
            "Andaman and Nicobar Islands",
            "جزائر انڈمان و نکوبار",
            "अंडमान और निकोबार द्वीपसमूह",
            "અંદમાન અને નિકોબાર દ્વીપસમૂહ",
        ),
        "CH": ("Chandigarh", "چنڈی گڑھ", "चंडीगढ़", "ચંડીગઢ"),
        "DH": (
            "Dadra and Nagar Haveli and Daman and Diu",
            "دادرا و نگر حویلی اور دمن و دیو",
            "दादरा और नगर हवेली और दमन और दीव",
            "દાદરા અને નગર હવેલી અને દમણ અને દીવ",
        ),
        "DL": ("Delhi", "دہلی", "दिल्ली", "દિલ્હી"),
        "JK": ("Jammu and Kashmir", "جموں و کشمیر", "जम्मू और कश्मीर", "જમ્મુ અને કાશ્મીર"),
        "LA": ("Ladakh", "لداخ", "लद्दाख", "લદ્દાખ"),
        "LD": ("Lakshadweep", "لکشدیپ", "लक्षद्वीप", "લક્ષદ્વીપ"),
        "PY": ("Puducherry", "پدوچیری", "पुदुच्चेरी", "પુડુચેરી"),
    },
    "PK": {
        "PB": ("Punjab", "پنجاب", "पंजाब", "પંજાબ"),
        "SD": ("Sindh", "سندھ", "सिंध", "સિંધ"),
        "KP": ("Khyber Pakhtunkhwa", "خیبر پختونخوا", "ख़ैबर पख़्तूनख़्वा", "ખૈબર પખ્તુનખ્વા"),
        "BA": ("Balochistan", "بلوچستان", "बलोचिस्तान", "બલોચિસ્તાન"),
        "IS": (
            "Islamabad Capital Territory",
            "وفاقی دارالحکومت اسلام آباد",
            "इस्लामाबाद राजधानी क्षेत्र",
            "ઇસ્લામાબાદ રાજધાની ક્ષેત્ર",
        ),
        "GB": ("Gilgit-Baltistan", "گلگت بلتستان", "गिलगित-बल्तिस्तान", "ગિલગિત-બાલ્ટિસ્તાન"),
        "JK": ("Azad Jammu and Kashmir", "آزاد جموں و کشمیر", "आज़ाद जम्मू और कश्मीर", "આઝાદ જમ્મુ અને કાશ્મીર"),
    },
    "BD": {
        "A": ("Barishal", "باریسال", "बारिसाल", "બારિસાલ"),
        "B": ("Chattogram", "چٹاگانگ", "चटगाँव", "ચટગાંવ"),
        "C": ("Dhaka", "ڈھاکہ", "ढाका", "ઢાકા"),
        "D": ("Khulna", "کھلنا", "खुलना", "ખુલના"),
        "E": ("Rajshahi", "راجشاہی", "राजशाही", "રાજશાહી"),
        "F": ("Rangpur", "رنگ پور", "रंगपुर", "રંગપુર"),
        "G": ("Sylhet", "سلہٹ", "सिलहट", "સિલહટ"),
        "H": ("Mymensingh", "میمن سنگھ", "मयमनसिंह", "મયમનસિંહ"),
    },
    "NP": {
        "P1": ("Koshi", "کوشی", "कोशी", "કોશી"),
        "P2": ("Madhesh", "مدھیش", "मधेश", "મધેશ"),
        "P3": ("Bagmati", "باگمتی", "बागमती", "બાગમતી"),
        "P4": ("Gandaki", "گنڈکی", "गण्डकी", "ગંડકી"),
        "P5": ("Lumbini", "لمبینی", "लुम्बिनी", "લુમ્બિની"),
        "P6": ("Karnali", "کرنالی", "कर्णाली", "કર્ણાલી"),
        "P7": ("Sudurpashchim", "سدور پشچم", "सुदूरपश्चिम", "સુદૂરપશ્ચિમ"),
    },
    "AE": {
        "AZ": ("Abu Dhabi", "ابوظہبی", "अबू धाबी", "અબુ ધાબી"),
        "AJ": ("Ajman", "عجمان", "अजमान", "અજમાન"),
        "DU": ("Dubai", "دبئی", "दुबई", "દુબઈ"),
        "FU": ("Fujairah", "فجیرہ", "फ़ुजैरा", "ફુજૈરા"),
        "RK": ("Ras Al Khaimah", "راس الخیمہ", "रास अल ख़ैमा", "રાસ અલ ખૈમા"),
        "SH": ("Sharjah", "شارجہ", "शारजाह", "શારજાહ"),
        "UQ": ("Umm Al Quwain", "ام القیوین", "उम्म अल क़ुवैन", "ઉમ્મ અલ કુવૈન"),
    },
}


def suggested(country: str, language: str) -> list[str]:
    """The names of a country's states or provinces in LANGUAGE, then in English where that differs."""
    at = LANGUAGES.index(language) if language in LANGUAGES else 0
    found = REGIONS.get(country, {})
    own = sorted(names[at] for names in found.values())
    return own if at == 0 else own + sorted(names[0] for names in found.values())


def same_region(country: str, typed: str) -> str:
    """The ISO code of the state that TYPED names in any of the four languages; "" for another name."""
    word = " ".join(typed.split()).casefold()
    for code, names in REGIONS.get(country, {}).items():
        if word in (name.casefold() for name in names) or word == code.casefold():
            return code
    return ""
