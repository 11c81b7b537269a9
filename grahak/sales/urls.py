"""Addresses of this room."""

from django.urls import path

from grahak.sales.views import khata, orders, payments, returns, sheet, suggest

app_name = "sales"
urlpatterns = [
    path("orders/", orders.order_list, name="list"),
    path("orders/new/", sheet.new_order, name="new_order"),
    path("orders/suggest/customers/", suggest.customers, name="suggest_customers"),
    path("orders/suggest/items/", suggest.items, name="suggest_items"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/edit/", sheet.edit_order, name="edit_order"),
    path("orders/<int:pk>/return/", returns.take_return, name="take_return"),
    path("orders/<int:pk>/cancel/", orders.cancel, name="cancel"),
    path("orders/<int:pk>/restore/", orders.restore, name="restore"),
    path("returns/new/", sheet.new_return, name="new_return"),
    path("payments/new/", payments.new_payment, name="new_payment"),
    path("payments/<int:pk>/", payments.payment, name="payment"),
    path("payments/<int:pk>/void/", payments.void, name="void_payment"),
    path("khata/", khata.khata, name="khata"),
    path("khata/<int:pk>/", khata.customer_statement, name="statement"),
    path("khata/<int:pk>/opening/", khata.opening, name="opening"),
]
