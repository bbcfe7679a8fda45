"""How the heads that ship were trained; run by hand, and no part of the product."""
