"""Sources and cases of one file, as nearly all of them are."""

from .ledger import Case
from .tables import AID, SERIES, UNIT, YEAR


def declared(file, *headers, **more):
    """A source that reads headers under the variables they are of."""
    columns = {SERIES[header][0]: header for header in headers}
    return {"file": file, "unit": UNIT, "period": YEAR, "columns": columns, **more}


def px_source(file, **more):
    return {"file": file, "unit": UNIT, "period": YEAR, "columns": {"aid_families": AID}, **more}


def case(file, data, planted_, *headers, indicators=("aid_rate",), parameters=None, ends=None, **more):
    """A case of one file with one source."""
    source = declared(file, *headers, **more)
    return Case(
        name=file, files={file: data}, sources=(source,), planted=tuple(planted_), indicators=indicators, data=parameters or {},
        ends=ends,
    )  # fmt: skip
