/* The invented firms and what they sell each other. No such company, address or account exists; the
 * IBANs have right check digits over bank codes that nobody has. */
#include "samples/make/invoice.h"

#define POSITIONS(table) .positions = (table), .n_positions = G_N_ELEMENTS(table)

static const Position joinery[] = {
    {"Oak table top 1600 x 800 mm, oiled", 2000, NULL, 31850, 200},
    {"Trestle legs, ash, pair", 2000, NULL, 9600, 200},
    {"Bench 1600 mm, oak", 4000, NULL, 14225, 200},
    {"Danish oil, 1 litre", 3000, NULL, 1495, 200},
    {"Fitting on site, per hour", 3500, NULL, 4200, 200},
};
const Invoice invoice_classic = {
    .number = "LJ-2026-0417",
    .issued = "2026-03-05",
    .due = "2026-04-04",
    .order = "PO-88213",
    .seller = {"Larkfield Joinery Ltd", "Unit 7, Mill Lane\nHebden Bridge HX7 8AB\nUnited Kingdom",
               "GB 291 4407 16", "accounts@larkfield-joinery.example", "+44 1632 960 417"},
    .buyer = {"Tidewater Cafés Ltd", "Accounts Payable\n21 Harbour Walk\nWhitby YO21 3PU", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(joinery),
    .iban = "GB80 LARK 6016 1331 9268 19",
    .bank = "Pennine Bank",
};

static const Position hosting[] = {
    {"Managed server M2, March 2026", 1000, "month", 18900, 230},
    {"Additional storage 500 GB", 3000, "month", 1250, 230},
    {"Migration of mailboxes", 6500, "h", 8500, 230},
    {"TLS certificate, one year", 2000, "pcs", 4900, 230},
};
const Invoice invoice_two_column = {
    .number = "INV-30992",
    .issued = "2026-03-31",
    .due = "2026-04-14",
    .order = "ARD-2026-11",
    .reference = "RF18 3099 2026",
    .seller = {"Clonmore Cloud Services DAC", "12 Fenian Row\nDublin D02 XY45\nIreland",
               "IE 6433435 F", "billing@clonmore.example", "+353 1 555 0142"},
    .buyer = {"Ardagh Veterinary Group", "The Old Creamery\nMain Street\nArdagh, Co. Longford",
              NULL},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_SLASHES,
    .line_tax = TRUE,
    POSITIONS(hosting),
    .discount = 5000,
    .iban = "IE64 IRCE 9205 0112 3456 78",
    .bank = "Liffey Bank",
};

static const Position stationery[] = {
    {"Copy paper A4 80 g, box of 5 reams", 40000, "box", 1895, 210},
    {"Copy paper A3 80 g, ream", 12000, "ream", 745, 210},
    {"Ballpoint pen blue, box of 50", 10000, "box", 1420, 210},
    {"Ballpoint pen red, box of 50", 4000, "box", 1420, 210},
    {"Gel pen black 0.5 mm", 120000, "pcs", 129, 210},
    {"Highlighter set, 6 colours", 30000, "set", 465, 210},
    {"Whiteboard marker, black", 48000, "pcs", 115, 210},
    {"Whiteboard eraser, magnetic", 12000, "pcs", 310, 210},
    {"Lever arch file A4 75 mm, grey", 150000, "pcs", 219, 210},
    {"Lever arch file A4 50 mm, grey", 80000, "pcs", 205, 210},
    {"Dividers A-Z", 60000, "set", 189, 210},
    {"Suspension files, box of 25", 16000, "box", 2240, 210},
    {"Envelopes C5, window, 500", 14000, "box", 2675, 210},
    {"Envelopes DL, 1000", 9000, "box", 3130, 210},
    {"Padded envelopes size 4, 100", 6000, "box", 2885, 210},
    {"Sticky notes 76 x 76 mm, 12 pads", 40000, "pack", 535, 210},
    {"Paper clips 32 mm, 1000", 20000, "pack", 290, 210},
    {"Stapler, 30 sheets", 15000, "pcs", 1165, 210},
    {"Staples 24/6, 5000", 40000, "pack", 175, 210},
    {"Hole punch, 40 sheets", 8000, "pcs", 1890, 210},
    {"Correction roller 5 mm", 60000, "pcs", 159, 210},
    {"Glue stick 20 g", 90000, "pcs", 98, 210},
    {"Adhesive tape 19 mm, 8 rolls", 25000, "pack", 615, 210},
    {"Packing tape 50 mm, 6 rolls", 18000, "pack", 1090, 210},
    {"Scissors 21 cm", 25000, "pcs", 345, 210},
    {"Desk calendar 2027", 60000, "pcs", 695, 210},
    {"Wall planner 2027, laminated", 15000, "pcs", 1240, 210},
    {"Notebook A5 ruled, 96 sheets", 120000, "pcs", 325, 210},
    {"Notebook A4 squared, 96 sheets", 80000, "pcs", 445, 210},
    {"Flip chart pad, 20 sheets", 20000, "pcs", 785, 210},
    {"Label printer tape 12 mm", 30000, "pcs", 1095, 210},
    {"Address labels, 100 sheets", 12000, "box", 1985, 210},
    {"Toner cartridge black XL", 10000, "pcs", 8990, 210},
    {"Toner cartridge cyan", 6000, "pcs", 7450, 210},
    {"Toner cartridge magenta", 6000, "pcs", 7450, 210},
    {"Toner cartridge yellow", 6000, "pcs", 7450, 210},
    {"Batteries AA, 24", 30000, "pack", 1150, 210},
    {"Batteries AAA, 24", 20000, "pack", 1150, 210},
    {"USB stick 64 GB", 25000, "pcs", 675, 210},
    {"Extension lead, 6 sockets", 10000, "pcs", 1585, 210},
    {"Waste bin 20 l", 12000, "pcs", 895, 210},
    {"First aid kit refill", 4000, "set", 2350, 210},
};
const Invoice invoice_multipage = {
    .number = "2026/118840",
    .issued = "2026-10-12",
    .due = "2026-11-11",
    .order = "4500019377",
    .seller = {"Van Hees Kantoor B.V.", "Houtkade 118\n3011 AB Rotterdam\nThe Netherlands",
               "NL 8123.45.678.B01", "debiteuren@vanhees.example", "+31 10 555 01 18"},
    .buyer = {"Noordzee Logistics N.V.", "Purchasing department\nHavenweg 2200\n3199 LM Rotterdam",
              "NL 0099.88.776.B02"},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_CODE,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(stationery),
    .charges = 2500,
    .iban = "NL61 HEES 0417 1643 00",
    .bank = "Maasbank",
};

static const Position elektro[] = {
    {"Arbeitsstunden Elektriker", 12500, "Std", 5850, 190},
    {"Leitung NYM-J 5x2,5", 85000, "m", 219, 190},
    {"Sicherungsautomat B16", 14000, "Stk", 685, 190},
    {"Fachbuch Installationsplan", 1000, "Stk", 2990, 70},
    {"Anfahrtspauschale", 2000, "Stk", 3500, 190},
};
const Invoice invoice_german = {
    .number = "RE-20260288",
    .issued = "2026-06-18",
    .due = "2026-07-02",
    .order = "B-7719",
    .seller = {"Elektro Wiesenthal GmbH", "Handwerkerstraße 14\n90411 Nürnberg", "DE 274 118 906",
               "buero@elektro-wiesenthal.example", "0911 555 01 40"},
    .buyer = {"Kindertagesstätte Löwenzahn e. V.",
              "Frau Sabine Großmann\nBirkenallee 9\n90425 Nürnberg", NULL},
    .currency = "EUR",
    .sign = "€",
    .money = COMMA_SIGN_LAST,
    .dates = DATE_DOTS,
    .line_tax = TRUE,
    POSITIONS(elektro),
    .iban = "DE75 5121 0800 1245 1261 99",
    .bank = "Frankenbank Nürnberg",
};

static const Position design[] = {
    {"Logo redesign, flat fee", 1000, NULL, 145000, 63},
    {"Brand guidelines, 24 pages", 1000, NULL, 98000, 63},
    {"Revisions, hourly", 4500, NULL, 9500, 63},
};
const Invoice invoice_us = {
    .number = "1047",
    .issued = "2026-02-09",
    .due = "2026-03-11",
    .seller = {"Juniper & Slate Design LLC", "2219 Alder Street, Suite 4\nBoise, ID 83702",
               "84-5550191", "hello@juniperslate.example", "(208) 555-0191"},
    .buyer = {"Snake River Outfitters, Inc.", "740 River Road\nTwin Falls, ID 83301", NULL},
    .currency = "USD",
    .sign = "$",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_US,
    POSITIONS(design),
    .prepaid = 100000,
};

static const Position returned[] = {
    {"Return: Bench 1600 mm, oak", 1000, NULL, 14225, 200},
    {"Return: Danish oil, 1 litre", 1000, NULL, 1495, 200},
};
const Invoice invoice_credit = {
    .number = "LJ-CN-0031",
    .issued = "2026-03-24",
    .order = "PO-88213",
    .credit = TRUE,
    .seller = {"Larkfield Joinery Ltd", "Unit 7, Mill Lane\nHebden Bridge HX7 8AB\nUnited Kingdom",
               "GB 291 4407 16", "accounts@larkfield-joinery.example", "+44 1632 960 417"},
    .buyer = {"Tidewater Cafés Ltd", "Accounts Payable\n21 Harbour Walk\nWhitby YO21 3PU", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(returned),
    .iban = "GB80 LARK 6016 1331 9268 19",
    .bank = "Pennine Bank",
};

static const Position cleaning[] = {
    {"Office cleaning, May 2026", 1000, "month", 64000, 230},
    {"Window cleaning, both sides", 1000, "pcs", 18500, 230},
    {"Consumables", 1000, "set", 4275, 230},
};
const Invoice invoice_misprint = {
    .number = "SB-5561",
    .issued = "2026-05-29",
    .due = "2026-06-28",
    .order = "ARD-2026-19",
    .seller = {"Shamrock & Brush Ltd", "8 Weaver Street\nAthlone N37 T2X4\nIreland", "IE 9825613 N",
               "office@shamrockbrush.example", "+353 90 555 0108"},
    .buyer = {"Ardagh Veterinary Group", "The Old Creamery\nMain Street\nArdagh, Co. Longford",
              NULL},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_SLASHES,
    .line_tax = TRUE,
    POSITIONS(cleaning),
    .misprint = 9000,
    .iban = "IE06 IRCE 9205 0187 6543 21",
    .bank = "Liffey Bank",
};

static const Position garage[] = {
    {"Brake pads front, set", 1000, NULL, 8450, 200},
    {"Brake discs front, pair", 1000, NULL, 13900, 200},
    {"Brake fluid DOT 4", 1000, NULL, 1250, 200},
    {"Labour, per hour", 2500, NULL, 6800, 200},
};
const Invoice invoice_scan = {
    .number = "41877",
    .issued = "2026-01-22",
    .due = "2026-02-21",
    .seller = {"Ormskirk Road Garage", "302 Ormskirk Road\nWigan WN5 9DE", "GB 118 2034 55",
               "desk@ormskirkroad.example", "01632 960 302"},
    .buyer = {"Bluebell Floristry", "5 Arcade Street\nWigan WN1 1PL", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_SLASHES,
    .line_tax = TRUE,
    POSITIONS(garage),
    .iban = "GB25 ORMS 4047 8470 2233 44",
    .bank = "Lancashire Savings",
};

static const Position plumbing[] = {
    {"Service call", 1000, NULL, 9500, 0},
    {"Replace kitchen faucet, labor", 2000, NULL, 11000, 0},
    {"Faucet, brushed nickel", 1000, NULL, 18450, 0},
};
const Invoice invoice_fax = {
    .number = "W-20931",
    .issued = "2026-04-27",
    .due = "2026-05-27",
    .seller = {"Whitaker Plumbing Co.", "61 Foundry Avenue\nDayton, OH 45402", "31-5550162",
               "office@whitakerplumbing.example", "(937) 555-0162"},
    .buyer = {"Maple Court Apartments", "1500 Maple Court\nDayton, OH 45419", NULL},
    .currency = "USD",
    .sign = "$",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_US,
    POSITIONS(plumbing),
};

static const Position catering[] = {
    {"Buffet lunch, per person", 85000, "pcs", 2450, 210},
    {"Vegetarian option, per person", 15000, "pcs", 2250, 210},
    {"Coffee and tea, all day", 100000, "pcs", 690, 210},
    {"Still and sparkling water 0.75 l", 60000, "pcs", 310, 210},
    {"Cake selection, tray", 12000, "tray", 3400, 210},
    {"Table linen, round", 14000, "pcs", 1150, 210},
    {"Crockery and glasses, per person", 100000, "pcs", 320, 210},
    {"High tables, rented", 12000, "pcs", 1450, 210},
    {"Waiting staff", 36000, "h", 3100, 210},
    {"Chef on site", 9000, "h", 4800, 210},
    {"Delivery and collection", 2000, "trip", 6500, 210},
    {"Flowers, table arrangement", 14000, "pcs", 1850, 210},
    {"Fruit basket", 8000, "pcs", 2200, 210},
    {"Orange juice 1 l", 40000, "pcs", 345, 210},
    {"Sandwiches, evening, platter", 10000, "tray", 4150, 210},
    {"Waste removal", 1000, "pcs", 7500, 210},
    {"Cleaning of kitchen", 4000, "h", 2900, 210},
    {"Cool box, rented", 6000, "pcs", 950, 210},
    {"Menu cards, printed", 120000, "pcs", 95, 210},
    {"Cloakroom attendant", 8000, "h", 2750, 210},
    {"Espresso machine, rented", 2000, "pcs", 8900, 210},
    {"Oat milk 1 l", 20000, "pcs", 265, 210},
    {"Gluten-free bread, loaf", 10000, "pcs", 480, 210},
};
const Invoice invoice_mixed = {
    .number = "2026/0761",
    .issued = "2026-09-03",
    .due = "2026-10-03",
    .order = "EV-2026-338",
    .seller = {"De Gouden Lepel Catering B.V.", "Marktplein 31\n3511 GE Utrecht\nThe Netherlands",
               "NL 8551.20.334.B01", "facturen@goudenlepel.example", "+31 30 555 07 61"},
    .buyer = {"Stichting Waterkennis", "Events office\nKanaalweg 64\n3526 KM Utrecht", NULL},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_CODE,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(catering),
    .iban = "NL52 LEPE 0123 4567 89",
    .bank = "Dombank",
};

static const Position transport[] = {
    {"Pallet transport Leeds-Hull", 6000, NULL, 5800, 200},
    {"Tail-lift surcharge", 2000, NULL, 2500, 200},
    {"Waiting time, per hour", 1500, NULL, 3600, 200},
};
const Invoice invoice_text = {
    .number = "HF/26/0093",
    .issued = "2026-07-14",
    .due = "2026-08-13",
    .order = "TC-1120",
    .seller = {"Humber Freight Partners LLP", "Dock Road 3\nHull HU9 5PQ", "GB 330 1187 02",
               "ledger@humberfreight.example", "+44 1632 960 093"},
    .buyer = {"Tidewater Cafés Ltd", "21 Harbour Walk\nWhitby YO21 3PU", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    POSITIONS(transport),
    .iban = "GB43 HUMB 2049 1155 6677 88",
    .bank = "Northsea Bank",
};

static const Position printing[] = {
    {"Plakate A1, vierfarbig", 50000, NULL, 680, 190},
    {"Flyer DIN lang, 1000 Stück", 3000, NULL, 8900, 190},
    {"Gestaltung, Stunden", 4000, NULL, 6500, 190},
};
const Invoice invoice_cp1252 = {
    .number = "26-0455",
    .issued = "2026-08-07",
    .due = "2026-08-21",
    .seller = {"Druckerei Süßmilch OHG", "Königstraße 77\n01097 Dresden", "DE 140 662 387",
               "rechnung@suessmilch-druck.example", "0351 555 0177"},
    .buyer = {"Kulturverein Prießnitz e. V.", "Görlitzer Straße 30\n01099 Dresden", NULL},
    .currency = "EUR",
    .sign = "€",
    .money = COMMA_SIGN_LAST,
    .dates = DATE_DOTS,
    POSITIONS(printing),
    .iban = "DE02 8505 0300 3120 0455 17",
    .bank = "Elbsparkasse",
};

static const Position software[] = {
    {"Ledgerline Team plan, 12 seats", 12000, NULL, 1800, 0},
    {"Extra storage pack", 2000, NULL, 500, 0},
    {"Priority support", 1000, NULL, 4900, 0},
};
const Invoice invoice_mail = {
    .number = "LL-774120",
    .issued = "2026-11-01",
    .due = "2026-11-15",
    .seller = {"Ledgerline Software Inc.", "500 Market Wharf\nPortland, OR 97209", NULL,
               "billing@ledgerline.example", NULL},
    .buyer = {"Bluestem Print Co.", "820 Prairie Ave\nTopeka, KS 66603", NULL},
    .currency = "USD",
    .sign = "$",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_US,
    POSITIONS(software),
};

static const Position paint[] = {
    {"Exterior paint, white, 10 litres", 6000, NULL, 7250, 200},
    {"Primer, 5 litres", 2000, NULL, 3875, 200},
};
const Invoice invoice_orders = {
    .number = "BC-9007",
    .issued = "2026-09-17",
    .due = "2026-10-17",
    .seller = {"Brindle Coatings Ltd", "Unit 2, Tannery Yard\nKendal LA9 4BX", "GB 410 5566 21",
               "sales@brindlecoatings.example", "+44 1632 960 907"},
    .buyer = {"Lakeside Holiday Lets", "Ferry Nab Road\nWindermere LA23 3JH", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(paint),
    .iban = "GB27 BRIN 3000 9912 3400 56",
    .bank = "Fellside Bank",
};
const Invoice invoice_hidden = {
    .number = "BC-9008",
    .issued = "2026-09-18",
    .due = "2026-10-18",
    .seller = {"Brindle Coatings Ltd", "Unit 2, Tannery Yard\nKendal LA9 4BX", "GB 410 5566 21",
               "sales@brindlecoatings.example", "+44 1632 960 907"},
    .buyer = {"Lakeside Holiday Lets", "Ferry Nab Road\nWindermere LA23 3JH", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(paint),
    .iban = "GB27 BRIN 3000 9912 3400 56",
    .bank = "Fellside Bank",
};

static const Position ropes[] = {
    {"Mooring rope 14 mm, 10 m", 4000, NULL, 1850, 200},
    {"Fender, white", 6000, NULL, 3125, 200},
};
const Invoice invoice_odd = {
    .number = "PM-20881",
    .issued = "2026-10-21",
    .due = "2026-11-20",
    .seller = {"Pellworth Marine Supplies Ltd", "4 Quay Street\nFalmouth TR11 3LH",
               "GB 284 1906 55", "accounts@pellworth-marine.example", "+44 1632 960 881"},
    .buyer = {"Quayside Sails Ltd", "Slipway 2\nFalmouth TR11 3AB", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    POSITIONS(ropes),
    .iban = "GB26 PELW 2011 5310 0421 99",
    .bank = "Roseland Bank",
};

static const Position seeds[] = {
    {"Grass seed mix, 25 kg", 8000, NULL, 11200, 200},
    {"Wildflower seed, 1 kg", 5000, NULL, 6400, 200},
    {"Spreader, hire per day", 2000, NULL, 2200, 200},
};
const Invoice invoice_rotated = {
    .number = "MG-1186",
    .issued = "2026-04-02",
    .due = "2026-05-02",
    .order = "HL-3310",
    .seller = {"Meadow & Grange Seeds Ltd", "The Granary\nStamford PE9 4TT", "GB 205 7719 34",
               "office@meadowgrange.example", "+44 1632 960 186"},
    .buyer = {"Harbour Lights Hotel", "17 Cliff Road\nNewquay TR7 1SG", NULL},
    .currency = "GBP",
    .sign = "£",
    .money = POINT_SIGN_FIRST,
    .dates = DATE_LONG,
    .line_tax = TRUE,
    POSITIONS(seeds),
    .iban = "GB70 MEAD 1122 3311 8600 07",
    .bank = "Welland Bank",
};

static const Position furniture[] = {
    {"Schreibtisch Eiche, höhenverstellbar", 2000, NULL, 64900, 190},
    {"Bürostuhl Modell Fjord", 4000, NULL, 28950, 190},
};
const Invoice invoice_electronic = {
    .number = "NB-2026-0417",
    .issued = "2026-11-12",
    .due = "2026-12-12",
    .order = "MH-88-2026",
    .seller = {"Nordlicht Büromöbel GmbH", "Werftstraße 12\n24143 Kiel", "DE123456789",
               "rechnung@nordlicht.example", NULL},
    .buyer = {"Gemeinde Musterhausen", "Rathausplatz 1\n24999 Musterhausen", NULL},
    .currency = "EUR",
    .sign = "€",
    .money = POINT_CODE,
    .dates = DATE_DOTS,
    POSITIONS(furniture),
    .iban = "DE89370400440532013000",
    .bank = "Musterbank",
    .reference = "NB20260417",
};
