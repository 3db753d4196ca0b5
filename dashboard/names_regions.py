"""Names of regions (ISO 3166-2), for the countries a small table can cover. Short English names, where English has one.

Codes that a reform took away stay beside the new ones: data files and past counts hold both.
"""

_REGIONS = {
    "AT": """1 Burgenland; 2 Carinthia; 3 Lower Austria; 4 Upper Austria; 5 Salzburg; 6 Styria; 7 Tyrol; 8 Vorarlberg; 9 Vienna""",
    "AU": """ACT Australian Capital Territory; NSW New South Wales; NT Northern Territory; QLD Queensland; SA South Australia;
        TAS Tasmania; VIC Victoria; WA Western Australia""",
    "BE": """BRU Brussels; VLG Flanders; WAL Wallonia""",
    "CA": """AB Alberta; BC British Columbia; MB Manitoba; NB New Brunswick; NL Newfoundland and Labrador; NS Nova Scotia;
        NT Northwest Territories; NU Nunavut; ON Ontario; PE Prince Edward Island; QC Quebec; SK Saskatchewan; YT Yukon""",
    "CH": """AG Aargau; AI Appenzell Innerrhoden; AR Appenzell Ausserrhoden; BE Bern; BL Basel-Landschaft; BS Basel-Stadt;
        FR Fribourg; GE Geneva; GL Glarus; GR Graubünden; JU Jura; LU Lucerne; NE Neuchâtel; NW Nidwalden; OW Obwalden;
        SG St. Gallen; SH Schaffhausen; SO Solothurn; SZ Schwyz; TG Thurgau; TI Ticino; UR Uri; VD Vaud; VS Valais; ZG Zug;
        ZH Zurich""",
    "DE": """BB Brandenburg; BE Berlin; BW Baden-Württemberg; BY Bavaria; HB Bremen; HE Hesse; HH Hamburg;
        MV Mecklenburg-Vorpommern; NI Lower Saxony; NW North Rhine-Westphalia; RP Rhineland-Palatinate; SH Schleswig-Holstein;
        SL Saarland; SN Saxony; ST Saxony-Anhalt; TH Thuringia""",
    "DK": """81 North Jutland; 82 Central Jutland; 83 Southern Denmark; 84 Capital Region; 85 Zealand""",
    "EE": """37 Harju; 39 Hiiu; 44 Ida-Viru; 45 Ida-Viru; 49 Jõgeva; 50 Jõgeva; 51 Järva; 52 Järva; 56 Lääne; 57 Lääne;
        59 Lääne-Viru; 60 Lääne-Viru; 64 Põlva; 65 Põlva; 67 Pärnu; 68 Pärnu; 70 Rapla; 71 Rapla; 74 Saare; 78 Tartu; 79 Tartu;
        81 Valga; 82 Valga; 84 Viljandi; 86 Võru; 87 Võru""",
    "ES": """AN Andalusia; AR Aragon; AS Asturias; CB Cantabria; CE Ceuta; CL Castile and León; CM Castilla-La Mancha;
        CN Canary Islands; CT Catalonia; EX Extremadura; GA Galicia; IB Balearic Islands; MC Murcia; MD Madrid; ML Melilla;
        NC Navarre; PV Basque Country; RI La Rioja; VC Valencia""",
    "FI": """01 Åland; 02 South Karelia; 03 South Ostrobothnia; 04 South Savo; 05 Kainuu; 06 Kanta-Häme; 07 Central Ostrobothnia;
        08 Central Finland; 09 Kymenlaakso; 10 Lapland; 11 Pirkanmaa; 12 Ostrobothnia; 13 North Karelia; 14 North Ostrobothnia;
        15 North Savo; 16 Päijät-Häme; 17 Satakunta; 18 Uusimaa; 19 Southwest Finland""",
    "FR": """20R Corsica; ARA Auvergne-Rhône-Alpes; BFC Bourgogne-Franche-Comté; BRE Brittany; COR Corsica;
        CVL Centre-Val de Loire; GES Grand Est; HDF Hauts-de-France; IDF Île-de-France; NAQ Nouvelle-Aquitaine; NOR Normandy;
        OCC Occitanie; PAC Provence-Alpes-Côte d’Azur; PDL Pays de la Loire""",
    "GB": """ENG England; NIR Northern Ireland; SCT Scotland; WLS Wales""",
    "IT": """21 Piedmont; 23 Aosta Valley; 25 Lombardy; 32 Trentino-South Tyrol; 34 Veneto; 36 Friuli Venezia Giulia; 42 Liguria;
        45 Emilia-Romagna; 52 Tuscany; 55 Umbria; 57 Marche; 62 Lazio; 65 Abruzzo; 67 Molise; 72 Campania; 75 Apulia;
        77 Basilicata; 78 Calabria; 82 Sicily; 88 Sardinia""",
    "NL": """DR Drenthe; FL Flevoland; FR Friesland; GE Gelderland; GR Groningen; LI Limburg; NB North Brabant; NH North Holland;
        OV Overijssel; UT Utrecht; ZE Zeeland; ZH South Holland""",
    "NO": """03 Oslo; 11 Rogaland; 15 Møre og Romsdal; 18 Nordland; 21 Svalbard; 22 Jan Mayen; 30 Viken; 31 Østfold; 32 Akershus;
        33 Buskerud; 34 Innlandet; 38 Vestfold og Telemark; 39 Vestfold; 40 Telemark; 42 Agder; 46 Vestland; 50 Trøndelag;
        54 Troms og Finnmark; 55 Troms; 56 Finnmark""",
    "PL": """02 Lower Silesia; 04 Kuyavia-Pomerania; 06 Lublin; 08 Lubusz; 10 Łódź; 12 Lesser Poland; 14 Mazovia; 16 Opole;
        18 Subcarpathia; 20 Podlaskie; 22 Pomerania; 24 Silesia; 26 Świętokrzyskie; 28 Warmia-Masuria; 30 Greater Poland;
        32 West Pomerania""",
    "SE": """AB Stockholm; AC Västerbotten; BD Norrbotten; C Uppsala; D Södermanland; E Östergötland; F Jönköping; G Kronoberg;
        H Kalmar; I Gotland; K Blekinge; M Skåne; N Halland; O Västra Götaland; S Värmland; T Örebro; U Västmanland; W Dalarna;
        X Gävleborg; Y Västernorrland; Z Jämtland""",
    "US": """AK Alaska; AL Alabama; AR Arkansas; AZ Arizona; CA California; CO Colorado; CT Connecticut;
        DC District of Columbia; DE Delaware; FL Florida; GA Georgia; HI Hawaii; IA Iowa; ID Idaho; IL Illinois; IN Indiana;
        KS Kansas; KY Kentucky; LA Louisiana; MA Massachusetts; MD Maryland; ME Maine; MI Michigan; MN Minnesota; MO Missouri;
        MS Mississippi; MT Montana; NC North Carolina; ND North Dakota; NE Nebraska; NH New Hampshire; NJ New Jersey;
        NM New Mexico; NV Nevada; NY New York; OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; RI Rhode Island;
        SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VA Virginia; VT Vermont; WA Washington;
        WI Wisconsin; WV West Virginia; WY Wyoming""",
}


def _names() -> dict[str, str]:
    entries = ((country, entry.split(maxsplit=1)) for country, text in _REGIONS.items() for entry in text.split(";"))
    return {f"{country}-{code}": name.strip() for country, (code, name) in entries}


REGIONS = _names()
