"""The customers of the sample company: invented, with the oddities real files have."""

from __future__ import annotations

Record = dict[str, object]

# Number, name, city, state, terms days. Accents are cp1252 on purpose.
_CUSTOMERS = (
    ("ACME01", "Acme Tools Inc.", "Dayton", "OH", 30),
    ("ADLER1", "Adler Machine Works", "Toledo", "OH", 30),
    ("ALPIN1", "Alpine Outfitters", "Boulder", "CO", 30),
    ("ATLAS1", "Atlas Bearing Supply", "Gary", "IN", 45),
    ("BAYSD1", "Bayside Marine Hardware", "Mobile", "AL", 30),
    ("BEACON", "Beacon Lighting Co.", "Duluth", "MN", 30),
    ("BLUEST", "Blue Stone Masonry", "Akron", "OH", 15),
    ("CASCAD", "Cascade Pump Service", "Spokane", "WA", 30),
    ("CEDAR1", "Cedar Grove Cabinets", "Eugene", "OR", 30),
    ("CREME1", "Crème & Café Équipement", "New Orleans", "LA", 30),
    ("DELTA1", "Delta Conveyor Corp.", "Memphis", "TN", 45),
    ("DORADO", "El Dorado Señalización", "El Paso", "TX", 30),
    ("EAGLE1", "Eagle Fastener Group", "Omaha", "NE", 30),
    ("EASTRN", "Eastern Sheet Metal", "Albany", "NY", 30),
    ("FAIRWY", "Fairway Turf Equipment", "Augusta", "GA", 30),
    ("GLENN1", "Glenn Brothers Welding", "Tulsa", "OK", 15),
    ("GRANIT", "Granite State Tooling", "Concord", "NH", 30),
    ("HARBOR", "Harbor Freight Forwarding", "Savannah", "GA", 30),
    ("HILLCR", "Hillcrest School District", "Topeka", "KS", 60),
    ("HOLD01", "Overdue Contractors LLC", "Reno", "NV", 30),
    ("IRONWD", "Ironwood Fabrication", "Ironwood", "MI", 30),
    ("JUNIPR", "Juniper Ridge Farms", "Bend", "OR", 30),
    ("KEYSTN", "Keystone Valve & Fitting", "Scranton", "PA", 30),
    ("LAKESD", "Lakeside Plumbing Supply", "Erie", "PA", 30),
    ("MAPLE1", "Maple Leaf Industrial Ltd.", "Hamilton", "ON", 30),
    ("MERCER", "Mercer County Highway Dept.", "Mercer", "PA", 60),
    ("MIDWST", "Midwest Grain Systems", "Peoria", "IL", 30),
    ("NATNL0", "National Home Centers, HQ", "Charlotte", "NC", 45),
    ("NATNL1", "National Home Centers #101", "Raleigh", "NC", 45),
    ("NATNL2", "National Home Centers #102", "Columbia", "SC", 45),
    ("NATNL3", "National Home Centers #117", "Roanoke", "VA", 45),
    ("NORTHS", "North Shore Boat Yard", "Gloucester", "MA", 30),
    ("ONEILL", "O'Neill & Sons Roofing", "Butte", "MT", 15),
    ("PRAIRI", "Prairie Wind Energy", "Amarillo", "TX", 30),
    ("QUARRY", "Quarry Hill Stone", "Barre", "VT", 30),
    ("RIVERB", "Riverbend Paper Mill", "Appleton", "WI", 45),
    ("SUMMIT", "Summit Elevator Co.", "Denver", "CO", 30),
    ("TIMBER", "Timberline Log Homes", "Missoula", "MT", 30),
    ("UNION1", "Union Street Garage", "Trenton", "NJ", 15),
    ("ZENITH", "Zenith Röhren & Stahl", "Milwaukee", "WI", 30),
)

NATIONAL_ACCOUNT = "NATNL0"
ON_CREDIT_HOLD = "HOLD01"
FOREIGN = "MAPLE1"
FOREIGN_CURRENCY = "CAD"
# A number from card-scheme test documentation; people do type such things into comments.
FAKE_CARD = "4111 1111 1111 1111"

NUMBERS = tuple(number for number, *_ in _CUSTOMERS)
TERMS = {number: days for number, _, _, _, days in _CUSTOMERS}


def currency_of(number: str) -> str:
    return FOREIGN_CURRENCY if number == FOREIGN else "USD"


def customer_records() -> list[Record]:
    """ARCUST rows without totals; columns not named stay blank."""
    return [_record(index, entry) for index, entry in enumerate(_CUSTOMERS)]


def _record(index: int, entry: tuple[str, str, str, str, int]) -> Record:
    number, name, city, state, days = entry
    record: Record = {
        "custno": number,
        "company": name,
        "contact": "Accounts Payable",
        "address1": f"{100 + 37 * index} Main Street",
        "city": city,
        "state": state,
        "zip": f"{10021 + 1733 * index % 89000:05}",
        "country": "Canada" if number == FOREIGN else "USA",
        "phone": f"555-{index // 10}{index % 10}42",
        "email": f"payables@{number.lower()}.example",
        "salesmn": ("JM", "RK", "TS")[index % 3],
        "terr": ("E", "W", "C")[index % 3],
        "pterms": f"Net {days}",
        "pnet": days,
        "limit": 25000,
        # A blank currency means the company's own; real files mix both.
        "currency": "" if index % 7 == 2 else currency_of(number),
        "gllink": "AR",
        "aracct": "1200-00",
        "depact": "2300-00",
        "custstat": "A",
        "statfmt": "O",
        "adduser": "CONV",
    }
    return record | _oddities(number)


def _oddities(number: str) -> Record:
    if number.startswith("NATNL") and number != NATIONAL_ACCOUNT:
        return {"nlacno": NATIONAL_ACCOUNT}
    if number == ON_CREDIT_HOLD:
        return {"credstat": "H", "comment": "On hold until the March invoices are paid"}
    if number == "GLENN1":
        return {
            "comment": f"Card on file {FAKE_CARD} exp 04/29",
            "cc_num": FAKE_CARD.replace(" ", ""),
            "ccno": "4111111111111111",
            "ccdate": "04/29",
            "password": "letmein",
        }
    return {}
