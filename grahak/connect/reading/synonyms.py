"""The words shops and programs put above their columns, in four languages, for each of our fields.

Earlier words of a field are surer. A field ending in "?" is settled by the other columns (`mapping`): an
"Amount" is a line's when the file has items, else the order's. "name+" is a part of a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final, Literal

from grahak.core.parsing import plain_text

ImportKind = Literal["customers", "products", "orders"]

_CUSTOMERS: Final[dict[str, str]] = {
    "external_id": """
        customer id|customer code|cust id|cust code|party code|party id|account code|ledger code|
        account no|customer no|customer number|client id|member id|card no|external id|code|id|
        sr code|گاہک نمبر|گاہک کوڈ|پارٹی کوڈ|کوڈ|ग्राहक कोड|ग्राहक संख्या|पार्टी कोड|कोड|ગ્રાહક કોડ|
        ગ્રાહક નંબર|પાર્ટી કોડ|કોડ""",
    "name": """
        customer name|party name|name|customer|party|account name|ledger name|name of party|
        party's name|name of customer|client name|client|buyer name|buyer|debtor|debtor name|
        name of ledger|firm name|firm|shop name|shop|business name|company name|company|store name|account|ledger|
        particulars|display name|full name|khareedar|گاہک کا نام|پارٹی کا نام|نام|گاہک|پارٹی|خریدار|
        دکان کا نام|دکان|کمپنی|ग्राहक का नाम|पार्टी का नाम|नाम|ग्राहक|पार्टी|खरीदार|दुकान का नाम|
        दुकान|फर्म का नाम|फर्म|कंपनी|ગ્રાહકનું નામ|પાર્ટીનું નામ|નામ|ગ્રાહક|પાર્ટી|ખરીદનાર|
        દુકાનનું નામ|દુકાન|પેઢી|કંપની""",
    "name+": "first name|middle name|last name|surname|given name|family name",
    "contact_name": """
        contact name|contact person|contact|person name|owner name|proprietor|attention|attn|رابطہ|
        رابطہ کا نام|مالک|संपर्क व्यक्ति|संपर्क|मालिक|સંપર્ક વ્યક્તિ|સંપર્ક|માલિક""",
    "phone": """
        phone|mobile|phone no|mobile no|mob no|mob|phone number|mobile number|contact no|
        contact number|tel|telephone|tel no|cell|cell no|cell number|ph no|phone 1|mobile 1|
        primary phone|default address phone|فون|موبائل|فون نمبر|موبائل نمبر|رابطہ نمبر|फ़ोन|मोबाइल|
        फ़ोन नंबर|मोबाइल नंबर|मोबाइल नं|फोन नं|संपर्क नंबर|ફોન|મોબાઇલ|મોબાઈલ|ફોન નંબર|મોબાઇલ નંબર|
        મોબાઈલ નંબર|સંપર્ક નંબર""",
    "whatsapp": """
        whatsapp|whatsapp no|whatsapp number|wa no|wa number|whats app|واٹس ایپ|واٹس ایپ نمبر|
        व्हाट्सएप|व्हाट्सऐप|व्हाट्सएप नंबर|વોટ્સએપ|વોટ્સઍપ|વૉટ્સએપ|વોટ્સએપ નંબર""",
    "email": "email|e mail|email id|email address|mail id|mail|ای میل|ईमेल|ई मेल|ઈમેલ|ઇમેઇલ|ઈ મેલ",
    "kind": """
        customer type|party type|type|account type|category|customer group|customer category|group|
        قسم|گاہک کی قسم|प्रकार|ग्राहक प्रकार|પ્રકાર|ગ્રાહક પ્રકાર""",
    "tags": "tags|tag|labels|label|segment|ٹیگ|टैग|ટૅગ|ટેગ",
    "language": "language|lang|preferred language|زبان|भाषा|ભાષા",
    "tax_id": """
        gstin|gst no|gst number|gstin uin|gstin no|gst|ntn|strn|ntn no|tax id|tax number|vat no|
        vat number|tin|pan|pan no|trn|cnic|party's gstin no|جی ایس ٹی|این ٹی این|जीएसटी|जीएसटीआईएन|
        जीएसटी नंबर|જીએસટી|જીએસટી નંબર""",
    "address": """
        address|billing address|full address|address 1|address 2|address 3|address line 1|
        address line 2|address line 3|street|street address|default address address1|
        default address address2|shop address|پتہ|पता|દુકાનનું સરનામું|સરનામું""",
    "area": """
        area|locality|market|bazaar|bazar|beat|route|zone|landmark|mohalla|علاقہ|بازار|क्षेत्र|इलाका|
        बाजार|मोहल्ला|વિસ્તાર|બજાર""",
    "city": "city|town|station|place|city name|default address city|شہر|शहर|नगर|શહેર|ગામ",
    "region": """
        state|province|region|state name|district|default address province code|صوبہ|ضلع|राज्य|
        प्रांत|जिला|રાજ્ય|જિલ્લો""",
    "postcode": """
        pincode|pin code|pin|postcode|post code|postal code|zip|zip code|default address zip|
        پوسٹ کوڈ|पिनकोड|पिन कोड|પિનકોડ|પિન કોડ""",
    "country": "country|country code|country name|default address country code|ملک|देश|દેશ",
    "opening_balance": """
        opening balance|op bal|op balance|opening bal|opening|balance|closing balance|outstanding|
        outstanding balance|amount due|due|receivable|receivable balance|current balance|dues|udhaar|
        baki|بقایا|بیلنس|ادھار|ابتدائی بیلنس|बकाया|बाकी|शेष|प्रारंभिक शेष|ओपनिंग बैलेंस|उधार|બાકી|
        બાકી રકમ|ઉધાર|શરૂઆતની બાકી""",
    "balance_side": "dr cr|debit credit|dr or cr|balance type|d c|side|نام جمع|नामे जमा|ઉધાર જમા",
    "credit_limit": """
        credit limit|cr limit|limit|credit limit amount|ادھار کی حد|کریڈٹ لمٹ|उधार सीमा|
        क्रेडिट लिमिट|ઉધાર મર્યાદા|ક્રેડિટ લિમિટ""",
    "credit_days": """
        credit days|cr days|credit period|payment terms|due days|terms|ادھار کے دن|उधार के दिन|
        क्रेडिट दिन|ઉધારના દિવસ|ક્રેડિટ દિવસ""",
    "owner": """
        salesman|sales person|salesperson|owner|assigned to|account manager|representative|sales rep|
        rep|executive|agent|broker|سیلز مین|ذمہ دار|सेल्समैन|विक्रेता|ज़िम्मेदार|સેલ્સમેન|જવાબદાર""",
    "branch": """
        branch|branch name|location|outlet|godown|cost centre|برانچ|शाखा|ब्रांच|શાખા|બ્રાન્ચ""",
    "note": """
        note|notes|remarks|remark|comment|comments|narration|memo|نوٹ|کیفیت|टिप्पणी|नोट|रिमार्क|નોંધ|
        રિમાર્ક""",
    "since": """
        customer since|since|created|created at|created on|date added|registered|registration date|
        joined|member since|date|تاریخ|کب سے|कब से|तारीख|ક્યારથી|તારીખ""",
    "lifecycle": """
        lifecycle|lifecycle stage|life cycle|مرحلہ|जीवनचक्र|चरण|
        જીવનચક્ર|તબક્કો""",
    "lead_source": """
        lead source|source of lead|source of the lead|enquiry source|لیڈ کا ذریعہ|ذریعہ|
        लीड स्रोत|स्रोत|લીડ સ્ત્રોત|સ્ત્રોત""",
    "lead_wants": """
        wants|what the lead wants|requirement|requirements|interested in|enquiry details|ضرورت|
        ज़रूरत|जरूरत|पूछताछ|જરૂરિયાત|પૂછપરછ""",
    "lead_worth": """
        expected worth|expected worth of the lead|expected revenue|lead value|متوقع رقم|
        अनुमानित राशि|અંદાજિત રકમ""",
}
_PRODUCTS: Final[dict[str, str]] = {
    "code": """
        item code|product code|sku|code|stock code|article no|article|item no|part no|style no|
        design no|variant sku|product id|item id|alias|آئٹم کوڈ|کوڈ|आइटम कोड|उत्पाद कोड|कोड|આઇટમ કોડ|
        કોડ""",
    "name": """
        item name|product name|name of item|name|item|product|description|item description|
        product description|title|stock item|particulars|design|آئٹم|مال|نام|آئٹم کا نام|مصنوعات|
        आइटम|माल|नाम|आइटम का नाम|वस्तु|उत्पाद|આઇટમ|માલ|નામ|આઇટમનું નામ|વસ્તુ|ઉત્પાદન""",
    "category": """
        category|item category|product category|group|item group|stock group|product type|type|
        department|brand|قسم|زمرہ|श्रेणी|वर्ग|समूह|શ્રેણી|વર્ગ|જૂથ""",
    "unit": "unit|uom|units|base unit|unit of measure|primary unit|per|اکائی|यूनिट|इकाई|એકમ|યુનિટ",
    "price": """
        sale price|selling price|price|sales price|rate|unit price|mrp|variant price|list price|
        retail price|wholesale price|regular price|قیمت|ریٹ|बिक्री मूल्य|कीमत|मूल्य|दाम|रेट|भाव|
        વેચાણ કિંમત|કિંમત|ભાવ|રેટ""",
    "cost": """
        purchase price|cost|cost price|purchase rate|cost per item|landed cost|buying price|لاگت|
        خرید قیمت|लागत|खरीद मूल्य|ખરીદ કિંમત|પડતર""",
    "tax_rate": """
        tax rate|gst rate|gst|gst percent|tax percent|tax|vat|igst|igst rate|tax slab|ٹیکس|ٹیکس ریٹ|
        कर दर|जीएसटी|जीएसटी दर|टैक्स|કર દર|જીએસટી|ટેક્સ""",
    "stock": """
        stock|stock quantity|quantity|qty|closing stock|current stock|opening stock|stock in hand|
        on hand|available|closing quantity|balance qty|variant inventory qty|سٹاک|اسٹاک|مقدار|स्टॉक|
        मात्रा|भंडार|સ્ટોક|જથ્થો""",
    "barcode": "barcode|bar code|ean|upc|gtin|variant barcode|بارکوڈ|बारकोड|બારકોડ",
    "is_service": "is service|service|item type|goods or service|product or service|سروس|सेवा|સેવા",
}
_ORDERS: Final[dict[str, str]] = {
    "order_number": """
        order number|order no|invoice no|invoice number|bill no|bill number|invoice|order id|order|
        bill|vch no|voucher no|voucher number|receipt no|sale no|transaction id|doc no|document no|
        inv no|order name|basket id|order reference|amazon order id|sub order no|بل نمبر|انوائس نمبر|
        آرڈر نمبر|بل|बिल नंबर|बिल नं|इनवॉइस नंबर|ऑर्डर नंबर|बिल|बिल संख्या|બિલ નંબર|ઇન્વોઇસ નંબર|
        ઓર્ડર નંબર|બિલ""",
    "ordered_at": """
        order date|invoice date|bill date|date|created at|sale date|transaction date|voucher date|
        create time|created time|ordered on|
        vch date|date and time|order time|datetime|purchase date|transaction timestamp|timestamp|
        posting date|تاریخ|بل کی تاریخ|آرڈر کی تاریخ|तारीख|दिनांक|बिल तारीख|बिल दिनांक|તારીખ|
        બિલ તારીખ|ઓર્ડર તારીખ""",
    "customer_external_id": """
        customer id|customer code|customer no|cust id|cust code|party code|party id|account code|
        client id|member id|household id|user id|گاہک نمبر|گاہک کوڈ|ग्राहक कोड|पार्टी कोड|ગ્રાહક કોડ|
        પાર્ટી કોડ""",
    "customer_name": """
        customer name|party name|customer|party|name of party|party ledger name|buyer name|buyer|
        client name|client|billing name|bill to|ship to|account name|ledger name|particulars|
        shop name|name|گاہک کا نام|پارٹی کا نام|گاہک|پارٹی|خریدار|نام|ग्राहक का नाम|पार्टी का नाम|
        ग्राहक|पार्टी|खरीदार|नाम|ગ્રાહકનું નામ|પાર્ટીનું નામ|ગ્રાહક|પાર્ટી|ખરીદનાર|નામ""",
    "name+": """
        billing first name|billing last name|first name billing|last name billing|
        customer first name|customer last name|first name|last name|surname""",
    "customer_phone": """
        customer phone|phone|mobile|phone no|mobile no|party phone no|party mobile|billing phone|
        phone billing|customer mobile|contact no|mob no|phone number|mobile number|buyer phone|فون|
        موبائل|فون نمبر|موبائل نمبر|फ़ोन|मोबाइल|फ़ोन नंबर|मोबाइल नंबर|ફોન|મોબાઇલ|મોબાઈલ|ફોન નંબર|
        મોબાઇલ નંબર""",
    "customer_email": """
        customer email|email|billing email|email billing|buyer email|e mail|email id|email address|
        ای میل|ईमेल|ઈમેલ|ઇમેઇલ""",
    "country": "country|billing country|country billing|ship country|country code|ملک|देश|દેશ",
    "city": "city|billing city|city billing|ship city|town|station|party city|شہر|शहर|શહેર",
    "product_code": """
        product code|item code|stock code|sku|lineitem sku|seller sku|item sku|product sku|code|article no|
        part no|product id|item id|design no|barcode|آئٹم کوڈ|کوڈ|आइटम कोड|कोड|આઇટમ કોડ|કોડ""",
    "product_name": """
        product name|item name|description|desc|product|item|name of item|lineitem name|stock item|
        item description|product description|product title|line item|goods|design|آئٹم|آئٹم کا نام|
        مال|मال|आइटम|आइटम का नाम|माल|वस्तु|उत्पाद|આઇટમ|આઇટમનું નામ|માલ|વસ્તુ""",
    "quantity": """
        quantity|qty|lineitem quantity|item quantity|billed qty|billed quantity|pcs|pieces|nos|units|
        quantity sold|actual quantity|مقدار|تعداد|मात्रा|नग|संख्या|જથ્થો|નંગ|સંખ્યા""",
    "unit_price": """
        unit price|price|rate|lineitem price|item price|item cost|item rate|price per unit|
        selling price|sale price|price unit|ریٹ|قیمت|फ़ी इकाई|दर|रेट|भाव|कीमत|मूल्य|ભાવ|દર|રેટ|કિંમત""",
    "line_discount": "line discount|item discount|lineitem discount|item discount amount",
    "order_discount": """
        order discount|discount total|total discount|bill discount|cart discount|
        invoice discount|cash discount""",
    "discount?": """
        discount|disc|disc amt|discount amt|less|رعایت|چھوٹ|छूट|डिस्काउंट|છૂટ|ડિસ્કાઉન્ટ|વળતર""",
    "line_tax": "line tax|item tax|line item tax|item tax amount",
    "order_tax": """
        order tax|tax total|total tax|taxes|order tax amount|cgst|sgst|igst|utgst|cess|cgst amount|
        sgst amount|igst amount|output cgst|output sgst|output igst""",
    "tax?": "tax|tax amount|gst|gst amount|vat|sales tax|ٹیکس|कर|टैक्स|जीएसटी|કર|ટેક્સ|જીએસટી",
    "line_total": """
        line total|line amount|item total|item amount|line value|sales value|net amount of item""",
    "order_total": """
        order total|invoice total|bill amount|invoice amount|grand total|total amount|gross total|
        invoice value|bill total|net payable|bill value|total payable|debit|debit amount|
        order amount|بل کی رقم|کل رقم|बिल राशि|कुल राशि|कुल रकम|બિલ રકમ|કુલ રકમ""",
    "amount?": """
        amount|total|net amount|value|amt|total value|gross amount|total price|net total|رقم|کل|ٹوٹل|
        राशि|रकम|कुल|टोटल|રકમ|કુલ|ટોટલ""",
    "shipping": """
        shipping|shipping total|shipping cost|freight|delivery charge|delivery charges|delivery fee|
        cartage|transport|shipping amount|order shipping amount|کرایہ|ڈیلیوری چارجز|भाड़ा|
        डिलीवरी शुल्क|ભાડું|ડિલિવરી ચાર્જ""",
    "received_amount": """
        received amount|received|amount received|paid amount|received paid amount|amount paid|paid|
        receipt amount|cash received|وصول|وصول رقم|प्राप्त राशि|प्राप्त|जमा|મળેલ રકમ|મળેલ|જમા""",
    "refunded_amount": "refunded amount|refund amount|total refunded|refunded total|refunded|amount refunded",
    "payment_status": """
        payment status|financial status|paid status|status of payment|payment state|ادائیگی|
        भुगतान स्थिति|ચુકવણી સ્થિતિ""",
    "kind": """
        transaction type|vch type|voucher type|type|order type|invoice type|bill type|txn type|
        document type|قسم|प्रकार|वाउचर प्रकार|પ્રકાર""",
    "cancelled_at": """
        cancelled at|canceled at|cancelled on|cancel date|cancellation date|منسوخ|रद्द|રદ""",
    "line_ordinal": """
        line no|line number|line|sr no|s no|sl no|serial no|sr|item no|row no|نمبر شمار|क्रम|क्र सं|
        ક્રમ""",
    "salesman": """
        salesman|sales person|salesperson|sales rep|sold by|employee|agent|broker|executive|user|
        سیلز مین|सेल्समैन|સેલ્સમેન""",
    "branch": """
        branch|location|store|outlet|store id|godown|shop|branch name|cost centre|برانچ|शाखा|ब्रांच|
        શાખા|બ્રાન્ચ""",
    "note": """
        note|notes|remarks|remark|customer note|narration|comment|comments|order note|نوٹ|کیفیت|
        टिप्पणी|नोट|નોંધ""",
    "currency": "currency|order currency|currency code|کرنسی|मुद्रा|ચલણ",
}
WORDS: Final[dict[ImportKind, dict[str, str]]] = {
    "customers": _CUSTOMERS,
    "products": _PRODUCTS,
    "orders": _ORDERS,
}
FIELDS: Final[dict[ImportKind, tuple[str, ...]]] = {
    kind: tuple(field for field in words if field[-1] not in "?+") for kind, words in WORDS.items()
}

# Headings that sound like ours and are not: they are never guessed at.
OTHERS: Final = (
    "order item id|shipment id|update time|last updated date|sales gst|sales account|round off|hsn code|hsn sac|"
    "minimum stock quantity|discount percent|tax percent|merchant order id|accepts email marketing|"
    "total spent|total orders|invoice required|order subtotal amount|payable balance|taxable amount|"
    "gst state|place of supply|party group|voucher ref no|reference no"
)

_URDU_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "ۂ": "ہ"})
_SHORT_FORMS = (("#", " no "), ("%", " percent "), ("number", "no"), ("amount", "amt"), ("quantity", "qty"))
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")


def heading_key(text: str) -> str:
    """A heading reduced to what tells it apart: "Invoice No.", "invoice_no" and "InvoiceNo" are one."""
    plain = plain_text(text).casefold().translate(_URDU_LETTERS)
    for long, short in _SHORT_FORMS:
        plain = plain.replace(long, short)
    return "".join(letter for letter in plain if letter.isalnum() or _is_vowel_sign(letter))


def heading_keys(text: str) -> list[str]:
    """The key of a heading, and its key without what stands in brackets ("Amount (₹)")."""
    keys = [heading_key(text)]
    shorter = heading_key(_ASIDE.sub(" ", text))
    return [*keys, shorter] if shorter and shorter != keys[0] else keys


@cache
def is_other(key: str) -> bool:
    """Whether a heading's key is one that must not be guessed at."""
    return key in {heading_key(word) for word in OTHERS.split("|")}


@cache
def words_of(kind: ImportKind) -> dict[str, tuple[str, int]]:
    """Heading key → (field, place in the field's list); the field named earlier wins."""
    found: dict[str, tuple[str, int]] = {}
    for field, words in WORDS[kind].items():
        for place, word in enumerate(words.split("|")):
            found.setdefault(heading_key(word), (field, place))
    return found


def is_known_heading(text: str) -> bool:
    """Whether any kind of import knows the text as a heading."""
    return any(key in words_of(kind) for key in heading_keys(text) for kind in WORDS)


def _is_vowel_sign(letter: str) -> bool:
    """Signs of Indic scripts belong to the word; Arabic vowel marks and the nukta are often left out."""
    if letter in "\u093c\u0abc" or "\u064b" <= letter <= "\u065f" or letter == "\u0670":
        return False
    return unicodedata.category(letter).startswith("M")
