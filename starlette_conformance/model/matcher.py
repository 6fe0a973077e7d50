"""Values that accept what is random by nature."""


class Matcher:
    """A value that accepts more than one text."""

    def accepts(self, text: str, at: float) -> bool:
        """Whether the text will do in a response that came `at` (seconds since the epoch)."""
        raise NotImplementedError
