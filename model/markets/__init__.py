"""Where agents meet: goods, labour, incomes, capital. No market imports another; `equilibrium` joins them."""
