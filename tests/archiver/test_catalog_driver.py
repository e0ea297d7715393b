"""The driver of the catalog: what it is told about bytes and None changes nothing but the time they take."""

from archiver.catalog.catalog import scratch


def test_bytes_and_nothing_come_back_as_they_went_in() -> None:
    values = (b"", b"\x00\xff" * 40, None, "text", 2**40, 1.5)
    with scratch() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (number INTEGER, value)")
        connection.exec_driver_sql("INSERT INTO kept VALUES (?, ?)", list(enumerate(values)))
        found = connection.exec_driver_sql("SELECT value, typeof(value) FROM kept ORDER BY number").all()
        asked = connection.exec_driver_sql("SELECT count(*) FROM kept WHERE value = ?", (values[1],)).scalar()
    assert [(value, type(value)) for value, _ in found] == [(value, type(value)) for value in values]
    assert [kind for _, kind in found] == ["blob", "blob", "null", "text", "integer", "real"] and asked == 1
