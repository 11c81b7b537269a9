"""Fakes of providers. None of them sends anything to anybody, and no answer of theirs was recorded from a real
provider: they answer as the providers' documentation says. The tests and the demo use them."""
