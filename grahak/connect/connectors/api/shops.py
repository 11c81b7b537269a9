"""The interface of a connection's shop."""

from __future__ import annotations

import time

from grahak.channels.secrets import Unsealable
from grahak.connect.connectors.api.client import Asker, ShopApi, Sleep
from grahak.connect.connectors.api.outbound import Origin, Unreachable
from grahak.connect.connectors.api.shopify_api import ShopifyApi
from grahak.connect.connectors.api.woocommerce_api import WooCommerceApi, basic
from grahak.connect.connectors.models import Connector, ConnectorKind


def shop_of(connector: Connector, *, sleep: Sleep = time.sleep) -> ShopApi:
    """What CONNECTOR's shop can be asked with. Raises Unreachable where keys or address are missing."""
    if not connector.can_ask:
        raise Unreachable("no_keys")
    try:
        key, secret = connector.api_key, connector.api_secret
    except Unsealable:
        raise Unreachable("unsealable") from None
    origin = Origin(connector.address)
    if connector.kind == ConnectorKind.SHOPIFY:
        return ShopifyApi(Asker(origin, {"X-Shopify-Access-Token": key}, sleep))
    return WooCommerceApi(Asker(origin, {"Authorization": basic(key, secret)}, sleep))
