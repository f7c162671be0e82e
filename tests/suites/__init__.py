"""What every store of a protocol does, as test classes that the stores' test modules subclass."""

import pytest

pytest.register_assert_rewrite("suites.search_store", "suites.search_texts", "suites.search_writing", "suites.store")
