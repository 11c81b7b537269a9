"""From a lead to the second order, measured: what leads became, in which time, and what they bring; and what word of
mouth brings."""
