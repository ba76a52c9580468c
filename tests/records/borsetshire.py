"""An invented county to load: three bodies, one policy, a few answers. Tests change a row and look."""

from pathlib import Path

FILES = {
    "councils.csv": """\
slug,gss,name,official_name,type,nation,region,homepage,dfe_code,wikidata,start_date
borsetshire,E10000099,Borsetshire,Borsetshire County Council,county,England,West Midlands,https://www.borsetshire.example/,999,,
felpersham,E06000901,Felpersham,Felpersham City Council,unitary,England,West Midlands,https://www.felpersham.example/,998,,
east-borsetshire,,East Borsetshire,East Borsetshire,unitary,England,West Midlands,,,,2027-04-01
""",
    "districts.csv": """\
gss,slug,name,nation,council_slug,other_council_slugs
E07000901,ambridge,Ambridge,England,borsetshire,
""",
    "code_changes.csv": """\
old_gss,new_gss,name,effective_date,kind,tier
E06000801,E06000901,Felpersham,2009-04-01,recode,childrens_services
""",
    "successions.csv": """\
old_slug,old_name,old_gss,successor_slugs,effective_date,status,tier,note,source_url,checked_on
borsetshire,Borsetshire County Council,E10000099,east-borsetshire,2027-04-01,planned,childrens_services,,https://law.example/order,2026-11-01
""",
    "documents.csv": """\
slug,rank,kind,title,url,dated,dated_basis,confidence,checked_on,seen_as
borsetshire,1,local_offer,Kinship local offer,https://www.borsetshire.example/offer.pdf,2025-03,date on the cover,high,2026-11-01,live page
""",
    "answers.csv": """\
slug,criterion,answer,note,source_url,checked_on,seen_as
borsetshire,approach,yes,"Says who counts, with or without an order.",https://www.borsetshire.example/offer.pdf,2026-11-01,live page
borsetshire,housing,no,Nothing on housing in 18 pages.,https://www.borsetshire.example/offer.pdf,2026-11-01,live page
""",
    "contacts.csv": """\
slug,team,phone,email,source_url,checked_on
borsetshire,Kinship team,01632 960121,kinship@borsetshire.example,https://www.borsetshire.example/contact,2026-11-01
""",
    "searches.csv": """\
slug,kind,place,note,checked_on
felpersham,search,the council’s website,,2026-10-03
felpersham,search,a web search,,2026-11-16
felpersham,person,the council’s website and the web,,2026-11-16
""",
    "providers.csv": """\
slug,name,dated,source_url,checked_on
felpersham,Felpersham Children’s Trust,2025,https://www.felpersham.example/trust,2026-11-01
""",
    "advice_lines.csv": """\
key,name,phone,hours,about,nations,url,source_url,checked_on
line,Borsetshire advice line,01632 960000,,Free advice.,England,https://advice.example/,https://advice.example/,2026-11-01
""",
    "neighbours.csv": """\
gss,neighbour_gss,sectors,postcodes
E06000901,E10000099,2,300
E10000099,E06000901,2,300
""",
    "tiles.csv": """\
slug,col,row
borsetshire,1,0
felpersham,1,1
""",
    "audits.csv": """\
key,years,name,found,note,source_url,checked_on
study-2024,2024,Borsetshire Study,One in three had no policy.,,https://study.example/,2026-11-01
""",
}


def write(folder: Path) -> Path:
    """Write the files to a folder, made if need be."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Change one text in one file; it must be there."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
