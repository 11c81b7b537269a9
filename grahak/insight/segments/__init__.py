"""Segments: rules in plain words that say which customers belong. One condition tree is decided for everybody from
the warehouse and for one customer, at once, from the records; both give the same answer.

The rules that every engine keeps:

- Days are business days. "In the last N days" begins with the first moment of the day N days before today, and has
  no end: what is dated ahead counts.
- Counts and sums of nothing are 0. Averages, shares, gaps and first and last days of nothing are not known.
- A comparison with something that is not known does not hold; the same inside a group of kind "none" does.
- Cancelled orders and what robots did count nowhere; returns count as returns, and lower net revenue.
- Customers who are put away are in no segment that follows rules.
"""
