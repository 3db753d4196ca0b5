"""Amounts: how many decimals a currency has, and minor units as an answer shows them.

The decimals are ISO 4217's. Ingest makes minor units by the same list, so an amount comes out as it went in.
"""

DECIMALS_DEFAULT = 2
DECIMALS: dict[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def amount(minor: int | float, currency: str) -> dict[str, float | str]:
    """Minor units as `{"value": 12.5, "currency": "EUR"}`."""
    decimals = DECIMALS.get(currency, DECIMALS_DEFAULT)
    return {"value": round(minor / 10**decimals, decimals), "currency": currency}
