"""What is pasted into a shop's pages and programmes so that their events reach us, ready with address and key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.connect.web.script import PATH
from grahak.core import links
from grahak.customers.models import Source
from grahak.customers.models.behaviour import SourceKind


@dataclass(frozen=True)
class Snippet:
    """One thing to paste: where it goes in words, and the text."""

    title: Any
    says: Any
    code: str


def script_line(source: Source, host: str) -> str:
    """The one line for the head of a web shop's pages."""
    options = source.options
    extra = ' data-consent="wait"' if options.get("needs_consent") else ""
    extra += " data-cookieless" if options.get("cookieless") else ""
    return f'<script defer src="{host}{PATH}" data-key="{source.write_key}"{extra}></script>'


def snippets(source: Source) -> list[Snippet]:
    """What to paste for this source, the most likely first."""
    host, key = links.origin(), source.write_key
    if source.kind != SourceKind.WEB:
        found = [_python(host, key), _node(host, key), _curl(host, key)]
        return found if source.kind == SourceKind.SERVER else [found[2], found[1], found[0]]
    return [
        Snippet(
            _("Any web shop"),
            _("Paste this line before </head> of every page. Page views come by themselves."),
            script_line(source, host),
        ),
        Snippet(
            _("What is bought, without writing a script"),
            _("Put these marks onto your own buttons, forms and pages."),
            MARKS,
        ),
        Snippet(_("From your own scripts"), _("The names are Segment's; any other name is fine too."), CALLS),
        _woocommerce(script_line(source, host)),
        Snippet(
            _("Shopify theme"),
            _("In Online store, Themes, Edit code, theme.liquid, before </head>."),
            script_line(source, host),
        ),
        Snippet(
            _("A page with a content policy"),
            _("Add this address to what your policy lets in; nothing inline is needed."),
            f"script-src {host}; connect-src {host}",
        ),
        Snippet(
            _("Segment's own script, with this address as its host"),
            _("For shops that use @segment/analytics-next already."),
            _BROWSER.format(host=host, bare=host.split("//", 1)[-1], scheme=host.split(":", 1)[0], key=key),
        ),
        _python(host, key),
    ]  # fmt: skip


MARKS = """<button data-grahak="Product Added" data-product-id="GEO-77" data-price="620">Add</button>

<main data-grahak="Product Viewed" data-grahak-on="view" data-product-id="GEO-77" data-price="620">

<form data-grahak="Signed Up">
  <input name="name" data-grahak-trait="name">
  <input name="email" data-grahak-trait="email">
</form>

<!-- on each page, once somebody has logged in -->
<span hidden data-grahak="identify" data-grahak-on="view" data-user-id="C-1001" data-email="zainab@mail.example"></span>

<section data-grahak="Order Completed" data-grahak-on="view" data-order-id="1007" data-total="1240" data-currency="INR">
  <p data-grahak-product data-product-id="GEO-77" data-quantity="2" data-price="620">
</section>"""

CALLS = """grahak.identify("C-1001", {name: "Zainab Bibi", email: "zainab@mail.example"});
grahak.group("F-7", {name: "Mehta Saree Centre"});
grahak.track("Product Added", {product_id: "GEO-77", quantity: 2, price: 620});
grahak.reset();          // at log-out
grahak.consent(true);    // the visitor agreed; false takes it back"""

_BROWSER = """import {{ AnalyticsBrowser }} from "@segment/analytics-next";
const analytics = AnalyticsBrowser.load(
  {{writeKey: "{key}", cdnURL: "{host}"}},
  {{integrations: {{"Segment.io": {{apiHost: "{bare}/v1", protocol: "{scheme}"}}}}}}
);
analytics.track("Product Viewed", {{product_id: "GEO-77"}});"""


def _woocommerce(line: str) -> Snippet:
    code = (
        "add_action('wp_head', function () {\n"
        f"    echo '{line}';\n"
        "    $user = wp_get_current_user();\n"
        "    if ($user->ID) {\n"
        '        printf(\'<meta data-grahak="identify" data-grahak-on="view" '
        'data-user-id="%d" data-email="%s">\',\n'
        "            $user->ID, esc_attr($user->user_email));\n"
        "    }\n"
        "});"
    )
    return Snippet(
        _("WooCommerce"), _("At the end of the theme's functions.php, or in a snippets plugin."), code
    )


def _python(host: str, key: str) -> Snippet:
    code = (
        "# pip install segment-analytics-python\n"
        "import segment.analytics as analytics\n\n"
        f'analytics.write_key = "{key}"\n'
        f'analytics.host = "{host}"\n'
        'analytics.identify("C-1001", {"name": "Zainab Bibi", "email": "zainab@mail.example"})\n'
        'analytics.track("C-1001", "Order Completed", {"order_id": "1007", "total": 1240})\n'
        "analytics.flush()"
    )
    return Snippet(_("Python"), _("Segment's own library, with this address as its host."), code)


def _node(host: str, key: str) -> Snippet:
    code = (
        "// npm install @segment/analytics-node\n"
        'import { Analytics } from "@segment/analytics-node";\n\n'
        f'const analytics = new Analytics({{writeKey: "{key}", host: "{host}"}});\n'
        'analytics.track({userId: "C-1001", event: "Order Completed", properties: {order_id: "1007", total: 1240}});\n'
        "await analytics.closeAndFlush();"
    )
    return Snippet(_("Node"), _("Segment's own library, with this address as its host."), code)


def _curl(host: str, key: str) -> Snippet:
    code = (
        f"curl {host}/v1/track -u {key}: -H 'Content-Type: application/json' \\\n"
        '  -d \'{"userId": "C-1001", "event": "Product Viewed", "properties": {"product_id": "GEO-77"}}\''
    )
    return Snippet(_("Any other programme"), _("Over HTTP, as Segment's tracking API."), code)
