"""How records name docetaxel and pegfilgrastim, and what they must not be taken for.

Only codes are here that their source gives with a name, so RxNorm is not complete: of docetaxel
there is one product. A code of it that is not in these tables and has no display is not known to be
another drug, and holds an answer back. ATC has one code per drug. Of NDC and PZN no table was to be
had: there names decide.
"""

from medmaas.model.manifest import CodeTable, Coding, Drugs

_RXNORM, _ATC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.whocc.no/atc"
_SNOMED = "http://snomed.info/sct"
_WHO = "WHO Collaborating Centre for Drug Statistics Methodology, ATC/DDD index"
_SCT = "SNOMED CT Editorial Guide, Medicinal Product: 385544005 |Pegfilgrastim (substance)|"
_BIH = (
    "ValueSet vs-senologie-systemtherapie-medikation 0.1.0 of the BIH at Charite: SNOMED CT, "
    "International edition of 2025-12-01"
)
_SYNTHEA = (
    "RxNorm as in Synthea, https://github.com/synthetichealth/synthea, module "
    "veteran_prostate_cancer: 1 ML DOCEtaxel 20 MG/ML Injection"
)
_MCODE = (
    "RxNorm as in the mCODE implementation guide, https://github.com/HL7/fhir-mCODE-ig: PACLitaxel"
)
_CIBMTR = (
    "RxNorm as in the value set RxNormMobilizingAgentsVS of the CIBMTR reporting guide, "
    "https://github.com/nmdp-ig/cibmtr-reporting-ig"
)


def _read(codes: str) -> tuple[str, ...]:
    return tuple(codes.split())


DOCETAXEL_CODES = (
    Coding(system=_RXNORM, code="72962", display="docetaxel"),
    Coding(system=_ATC, code="L01CD02", display="docetaxel"),
)
PEGFILGRASTIM_CODES = (
    Coding(system=_RXNORM, code="338036", display="pegfilgrastim"),
    Coding(system=_ATC, code="L03AA13", display="pegfilgrastim"),
)

DOCETAXEL_PRODUCTS = (
    CodeTable(system=_RXNORM, codes=("1860480",), source=_SYNTHEA),
    CodeTable(system=_ATC, codes=("L01CD02",), source=_WHO, complete=True),
    CodeTable(system=_SNOMED, codes=("386918005",), source=_BIH),
)
PEGFILGRASTIM_PRODUCTS = (
    CodeTable(
        system=_RXNORM,
        codes=_read(
            "350977 353501 575870 727538 727539 727541 727542 1161380 1182279 2048018 2048019 "
            "2048020 2048021 2048022 2048023 2048024 2048025 2102692 2102695 2102697 2102698 "
            "2102702 2102703 2102704 2102705 2260702 2260703 2260704 2260705 2260706 2260707 "
            "2260708 2260709 2469333 2469334 2469335 2469336 2469337 2469338 2469339 2469340 "
            "2549330 2549331 2549332 2549333 2602779 2602780 2602781 2602783 2602784 2602785 "
            "2602786 2602787"
        ),
        source=_CIBMTR,
    ),
    CodeTable(system=_ATC, codes=("L03AA13",), source=_WHO, complete=True),
    CodeTable(system=_SNOMED, codes=("385544005",), source=_SCT),
)

DOCETAXEL_NAMES = (
    "docetaxel",
    "docetaxelum",
    "docétaxel",
    "Taxotere",
    "Docefrez",
    "多西他赛",
    "多西紫杉醇",
    "多烯紫杉醇",
    "泰索帝",
    "ドセタキセル",
    "タキソテール",
    "ワンタキソテール",
)
DOCETAXEL_VAGUE = (
    "chemotherapy",
    "chemo",
    "Chemotherapie",
    "Zytostatikum",
    "cytostatic",
    "cytotoxic",
    "taxane",
    "taxanes",
    "Taxan",
    "Taxane",
    "DTX",
    "TXT",
    "TAC",
    "TCHP",
    "TCbHP",
    "DCF",
    "FLOT",
    "化疗",
    "化疗药物",
    "紫杉类",
    "紫杉烷",
)
PEGFILGRASTIM_NAMES = (
    "pegfilgrastim",
    "peg-filgrastim",
    "pegylated filgrastim",
    "Neulasta",
    "Neulasta Onpro",
    "Fulphila",
    "Udenyca",
    "Ziextenzo",
    "Nyvepria",
    "Fylnetra",
    "Stimufend",
    "Pelgraz",
    "Pelmeg",
    "Grasustek",
    "Cegfila",
    "培非格司亭",
    "聚乙二醇化非格司亭",
    "聚乙二醇非格司亭",
    "聚乙二醇化重组人粒细胞刺激因子",
    "聚乙二醇化人粒细胞刺激因子",
    "聚乙二醇重组人粒细胞刺激因子",
)
PEGFILGRASTIM_VAGUE = (
    "G-CSF",
    "GCSF",
    "PEG-G-CSF",
    "rhG-CSF",
    "PEG-rhG-CSF",
    "granulocyte colony-stimulating factor",
    "granulocyte colony stimulating factor",
    "colony stimulating factor",
    "growth factor",
    "Wachstumsfaktor",
    "升白针",
    "升白",
    "津优力",
    "新瑞白",
    "瑞白",
    "惠尔血",
    "吉赛欣",
    "艾多",
    "亿立舒",
    "珮金",
)

OTHER_TAXANES = Drugs(
    products=(
        CodeTable(system=_ATC, codes=("L01CD",), source=_WHO),
        CodeTable(system=_RXNORM, codes=("56946",), source=_MCODE),
    ),
    names=(
        "paclitaxel",
        "nab-paclitaxel",
        "Taxol",
        "Abraxane",
        "cabazitaxel",
        "Jevtana",
        "紫杉醇",
        "卡巴他赛",
    ),
)
OTHER_GRANULOCYTE_FACTORS = Drugs(
    products=(
        CodeTable(system=_ATC, codes=("L03AA",), source=_WHO),
        CodeTable(
            system=_RXNORM,
            codes=_read(
                "68442 70167 227304 315932 331527 567845 574887 727534 727535 727536 727537 727544 "
                "727545 1159651 1162571 1182281 1433764 1433765 1433768 1433771 1440046 1442677 "
                "1442678 1442679 1442680 1442681 1442683 1605064 1605065 1605066 1605067 1605068 "
                "1605069 1605070 1605071 1605074 1605075 1649943 1649944 1649945 1649946 1649963 "
                "1649964 1746487 2057198 2057199 2057200 2057201 2057202 2057203 2057204 2057205 "
                "2057208 2057209 2057210 2057211 2057212 2057215 2057216 2057218 2057219 2101455 "
                "2101456 2101457 2101458 2101459 2101464 2101465 2595942 2595943 2595944 2595946 "
                "2595947 2595948 2595949 2595950 2595952 2595953 2595955 2595956 2595957 2595959 "
                "2595960 2595961 2595962"
            ),
            source=_CIBMTR,
        ),
    ),
    names=(
        "filgrastim",
        "tbo-filgrastim",
        "lenograstim",
        "lipegfilgrastim",
        "eflapegrastim",
        "Ryzneuta",
        "efbemalenograstim",
        "empegfilgrastim",
        "mecapegfilgrastim",
        "telpegfilgrastim",
        "sargramostim",
        "molgramostim",
        "Neupogen",
        "Zarxio",
        "Zarzio",
        "Nivestim",
        "Nivestym",
        "Granix",
        "Tevagrastim",
        "Ratiograstim",
        "Accofil",
        "Releuko",
        "Nypozi",
        "Granocyte",
        "Lonquex",
        "Rolvedon",
        "Rolontis",
        "Leukine",
        "非格司亭",
        "来格司亭",
        "硫培非格司亭",
        "拓培非格司亭",
        "艾贝格司亭",
        "重组人粒细胞刺激因子",
        "重组人粒细胞集落刺激因子",
        "重组人粒细胞巨噬细胞刺激因子",
    ),
)
