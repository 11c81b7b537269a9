"""Words that are in a name but do not tell people apart: titles, firm words, abbreviations of Muhammad."""

from typing import Final

from grahak.core.names.normal import normalise


def _words(text: str) -> frozenset[str]:
    return frozenset(normalise(text).split())


# Left out of keys, unless a name consists of nothing else.
DROPPED: Final = _words(
    """
    mr mrs ms miss mister messrs smt shri shree sri shrimati sh kum mx sir madam sahib saheb sahab sb
    janab jnb haji hajji hajee hajiani haja alhaj mohtarma mohtaram ji bhai bhaiya bhaijan ben bhen behn bahen
    pvt private ltd limited llp llc inc co company corp plc opc smc prop proprietor and aur tatha evam
    ul ur ud us un al el the of

    جناب محترم محترمہ حاجی الحاج حاجیانی صاحب صاحبہ بھائی بہن بین جی مسٹر مسز مس میسرز شری سری شریمتی
    پرائیویٹ پرائیوٹ لمیٹڈ لمٹیڈ کمپنی کو اینڈ اور ایل ال

    श्री श्रीमती श्रीमान सुश्री कुमारी जनाब हाजी साहब साहिब भाई बहन बेन जी मिस्टर मिसेज मिस मेसर्स मैसर्स
    प्राइवेट प्रा लिमिटेड लि कंपनी कम्पनी एंड एण्ड और व एवं तथा अल

    શ્રી શ્રીમતી શ્રીમાન સુશ્રી જનાબ હાજી સાહેબ સાહિબ ભાઈ ભાઇ બેન બહેન જી મિસ્ટર મિસિસ મિસ મેસર્સ
    પ્રાઇવેટ પ્રાઈવેટ પ્રા લિમિટેડ લિ કંપની એન્ડ અને તથા અલ
    """
)

# Bound to the end of a given name in Gujarat: Rameshbhai is Ramesh, Hansaben is Hansa.
BOUND_TITLES: Final = (
    *("bhai", "bhen", "behn", "bahen", "ben"),
    *("ભાઈ", "ભાઇ", "બહેન", "બેન"),
    *("भाई", "बहन", "बेन"),
    *("بھائی", "بہن", "بین"),
)

_MUHAMMAD: Final = _words(
    """
    mohd md mohmd muhd mhd moh mohammed muhammed mohammad muhammad mohamad mohamed muhamad mohmad mohmed
    mahomed mohammod muhammod mohummad mohummed
    मो मोहम्मद मुहम्मद मोहमद मोहम्मद महम्मद મો મોહમ્મદ મુહમ્મદ મોહંમદ મહંમદ મહમ્મદ મોહમદ محمد
    """
)

# One spelling for words whose scripts do not sound alike, and for abbreviations.
_SAME: Final = {
    "abdul": "abdur abdus abdun abduz abdud abdush abdel",
    "brothers": "bros bro brother برادرز برادران ब्रदर्स बंधु બ્રધર્સ",
    "sons": "son سنز सन्स संस સન્સ",
    "traders": "ٹریڈرز ٹریڈر trader",
    "enterprises": "enterprise entp انٹرپرائزز انٹرپرائز एंटरप्राइजेज एंटरप्राइज़ेज़ एंटरप्राइजेस एंटरप्राइज एण्टरप्राइजेज "
    "એન્ટરપ્રાઇઝ એન્ટરપ્રાઈઝ એન્ટરપ્રાઇઝીસ એન્ટરપ્રાઈઝીસ",
    "textiles": "textile tex ٹیکسٹائل ٹیکسٹائلز टेक्सटाइल टेक्सटाइल्स ટેક્સટાઇલ ટેક્સટાઈલ ટેક્સટાઇલ્સ ટેક્સટાઈલ્સ",
    "general": "gen genl जनरल જનરલ جنرل",
    "store": "stores سٹور اسٹور اسٹورز سٹورز स्टोर स्टोर्स સ્ટોર સ્ટોર્સ",
    "house": "ہاؤس ہاوس हाउस હાઉસ",
    "centre": "center سینٹر سنٹر सेंटर सेन्टर સેન્ટર સેંટર",
    "agency": "agencies एजेंसी एजेन्सी एजेंसीज એજન્સી એજન્સીઝ ایجنسی ایجنسیز",
    "emporium": "امپوریم ایمپوریم एम्पोरियम इम्पोरियम એમ્પોરિયમ",
    "novelty": "novelties نوولٹی ناولٹی नॉवेल्टी नावेल्टी નોવેલ્ટી",
    "garments": "garment گارمنٹس गारमेंट्स गार्मेंट्स ગારમેન્ટ્સ ગાર્મેન્ટ્સ",
    "jewellers": "jewelers jeweller جیولرز ज्वेलर्स ज्वैलर्स જ્વેલર્સ",
    "cloth": "کلاتھ क्लॉथ क्लाथ ક્લોથ",
    "fashion": "fashions فیشن फैशन ફેશન",
    "saree": "sari sarees saris ساڑھی ساڑی साड़ी साडी સાડી",
    "collection": "collections کلیکشن कलेक्शन કલેક્શન",
    "saint": "st سینٹ सेंट सेन्ट સેંટ સેન્ટ",
    "north": "uttar shumali شمالی उत्तर उत्तरी ઉત્તર",
    "south": "dakshin janubi جنوبی दक्षिण दक्षिणी દક્ષિણ",
    "east": "purv mashriqi مشرقی पूर्व पूर्वी પૂર્વ",
    "west": "paschim pashchim maghribi مغربی पश्चिम पश्चिमी પશ્ચિમ",
    "kirana": "kiryana kiriyana کریانہ کرانہ किराना किरयाना કરિયાણા કરિયાણાં કિરાણા",
}

SAME_AS: Final[dict[str, str]] = {
    **{spelling: word for word, spellings in _SAME.items() for spelling in _words(spellings)},
    **dict.fromkeys(_MUHAMMAD, "mohammad"),
}

# Letters read out, as initials are written: એમ. કે. ટ્રેડર્સ is M. K. Traders. Only in runs of two or more.
LETTER_NAMES: Final[dict[str, str]] = {
    name: letter
    for letter, names in {
        "a": "ए એ اے", "b": "बी બી بی", "c": "सी સી سی", "d": "डी ડી ڈی", "e": "ई ઈ ای", "f": "एफ એફ ایف",
        "g": "जी જી جی", "h": "एच એચ ایچ", "i": "आई આઈ آئی", "j": "जे જે جے", "k": "के કે کے",
        "l": "एल એલ ایل", "m": "एम એમ ایم", "n": "एन એન این", "o": "ओ ઓ او", "p": "पी પી پی",
        "q": "क्यू ક્યુ کیو", "r": "आर આર آر", "s": "एस એસ ایس", "t": "टी ટી ٹی", "u": "यू યુ یو",
        "v": "वी વી وی", "w": "डब्ल्यू ડબ્લ્યુ ڈبلیو", "x": "एक्स એક્સ ایکس", "y": "वाई વાય وائی",
        "z": "ज़ेड ઝેડ زیڈ",
    }.items()
    for name in _words(names)
}  # fmt: skip

# How much a word tells: trade words are shared by half the town, and so are a few names. Others weigh 1.
_LIGHT: Final = {
    0.35: """
        traders store centre house textiles general kirana gift novelty brothers sons enterprises agency
        emporium garments jewellers cloth fashion saree collection mart shop dukan bhandar bhandar trading
        industries marketing sales corporation suppliers vastralaya provision stationery electronics
        creation creations dresses boutique matching new old गृह भंडार भण्डार ભંડાર بھنڈار दुकान દુકાન دکان
        वस्त्रालय વસ્ત્રાલય ट्रेडर्स ટ્રેડર્સ ट्रेडिंग ટ્રેડિંગ ٹریڈنگ गिफ्ट ગિફ્ટ گفٹ न्यू ન્યૂ ન્યુ نیو
        मार्ट માર્ટ مارٹ city सिटी સિટી سٹی town टाउन ટાઉન ٹاؤن district जिला ज़िला જિલ્લો ضلع province صوبہ
        taluka tehsil तालुका तहसील તાલુકો તહસીલ تحصیل

        card gallery home decor crockery plastic steel glass toys book books depot selection variety departmental
        super distributors distributor cosmetics bangles handicrafts handicraft handloom furnishing furniture
        matching corner point plaza palace wholesale retail hardware electric electricals mobile mobiles computer
        sweets bakery foods hotel restaurant footwear shoes tailors medical medicos pharmacy opticals motors autos
        parts machinery tools paints pipes sanitary cement tiles silk leather fabrics hosiery shopping printers
        press packaging chemicals perfumes spices
        कार्ड गैलरी होम डेकोर क्रॉकरी प्लास्टिक स्टील ग्लास टॉयज़ टॉयज बुक बुक्स डिपो सिलेक्शन वैरायटी
        डिपार्टमेंटल सुपर डिस्ट्रीब्यूटर्स कॉस्मेटिक्स बैंगल्स हैंडीक्राफ्ट्स हैंडलूम फर्निशिंग फर्नीचर मैचिंग कॉर्नर
        पॉइंट प्लाजा प्लाज़ा पैलेस होलसेल हार्डवेयर इलेक्ट्रिक इलेक्ट्रॉनिक्स मोबाइल कंप्यूटर स्वीट्स बेकरी फूड्स होटल
        रेस्टोरेंट फुटवियर शूज टेलर्स मेडिकल फार्मेसी ऑप्टिकल्स मोटर्स ऑटो पार्ट्स मशीनरी टूल्स पेंट्स पाइप सीमेंट
        टाइल्स सिल्क लेदर होजरी शॉपिंग प्रिंटर्स प्रेस केमिकल्स मसाले किराना स्टेशनरी मार्केटिंग सेल्स सप्लायर्स बुटीक
        ड्रेसेस प्रोविज़न इंडस्ट्रीज
        કાર્ડ ગેલેરી હોમ ડેકોર ક્રોકરી પ્લાસ્ટિક સ્ટીલ ગ્લાસ ટોયઝ બુક બુક્સ ડેપો સિલેક્શન વેરાયટી
        ડિપાર્ટમેન્ટલ સુપર ડિસ્ટ્રિબ્યુટર્સ કોસ્મેટિક્સ બેંગલ્સ હેન્ડીક્રાફ્ટ્સ હેન્ડલૂમ ફર્નિશિંગ ફર્નિચર મેચિંગ કોર્નર
        પોઇન્ટ પ્લાઝા પેલેસ હોલસેલ હાર્ડવેર ઇલેક્ટ્રિક ઇલેક્ટ્રોનિક્સ મોબાઇલ કોમ્પ્યુટર સ્વીટ્સ બેકરી ફૂડ્સ હોટેલ હોટલ
        રેસ્ટોરન્ટ ફૂટવેર શૂઝ ટેલર્સ મેડિકલ ફાર્મસી ઓપ્ટિકલ્સ મોટર્સ ઓટો પાર્ટ્સ મશીનરી ટૂલ્સ પેઇન્ટ્સ પાઇપ સિમેન્ટ
        ટાઇલ્સ સિલ્ક લેધર હોઝિયરી શોપિંગ પ્રિન્ટર્સ પ્રેસ કેમિકલ્સ મસાલા સ્ટેશનરી માર્કેટિંગ સેલ્સ સપ્લાયર્સ બુટિક
        ડ્રેસીસ પ્રોવિઝન ઇન્ડસ્ટ્રીઝ
        کارڈ گیلری ہوم ڈیکور کراکری پلاسٹک اسٹیل گلاس ٹوائز بک بکس ڈپو سلیکشن ورائٹی
        ڈیپارٹمنٹل سپر ڈسٹری بیوٹرز کاسمیٹکس بینگلز ہینڈی کرافٹس ہینڈلوم فرنشنگ فرنیچر میچنگ کارنر
        پوائنٹ پلازہ پیلس ہول سیل ہارڈویئر الیکٹرک الیکٹرانکس موبائل کمپیوٹر سویٹس بیکری فوڈز ہوٹل
        ریسٹورنٹ فٹ ویئر شوز ٹیلرز میڈیکل فارمیسی آپٹیکلز موٹرز آٹو آٹوز پارٹس مشینری ٹولز پینٹس پائپ سیمنٹ
        ٹائلز سلک لیدر ہوزری شاپنگ پرنٹرز پریس کیمیکلز مصالحہ اسٹیشنری مارکیٹنگ سیلز سپلائرز بوتیک
        ڈریسز پروویژن انڈسٹریز
    """,
    0.6: """
        mohammad kumar kumari lal bin bint devi begum बेगम બેગમ بیگم 
        कुमार કુમાર کمار लाल લાલ لال देवी દેવી دیوی abdul singh सिंह સિંહ سنگھ
        north south east west
    """,
    0.4: "شہر शहर શહેર",  # not less: Bulandshahr is also written as two words
}
WEIGHT: Final[dict[str, float]] = {word: weight for weight, words in _LIGHT.items() for word in _words(words)}
