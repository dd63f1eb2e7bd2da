/* The members of a property are asked of PCRE, which GRegex carries: one source for categories,
 * binary properties, scripts and script extensions, all of one version of Unicode. */
#include "stages/check/schema/regex/property.h"

#include <string.h>

/* Each row: the name that PCRE knows, then the others that ECMA-262 allows. */
static const char *const categories[] = {"L Letter",
                                         "L& LC Cased_Letter",
                                         "Lu Uppercase_Letter",
                                         "Ll Lowercase_Letter",
                                         "Lt Titlecase_Letter",
                                         "Lm Modifier_Letter",
                                         "Lo Other_Letter",
                                         "M Mark Combining_Mark",
                                         "Mn Nonspacing_Mark",
                                         "Mc Spacing_Mark",
                                         "Me Enclosing_Mark",
                                         "N Number",
                                         "Nd Decimal_Number digit",
                                         "Nl Letter_Number",
                                         "No Other_Number",
                                         "P Punctuation punct",
                                         "Pc Connector_Punctuation",
                                         "Pd Dash_Punctuation",
                                         "Ps Open_Punctuation",
                                         "Pe Close_Punctuation",
                                         "Pi Initial_Punctuation",
                                         "Pf Final_Punctuation",
                                         "Po Other_Punctuation",
                                         "S Symbol",
                                         "Sm Math_Symbol",
                                         "Sc Currency_Symbol",
                                         "Sk Modifier_Symbol",
                                         "So Other_Symbol",
                                         "Z Separator",
                                         "Zs Space_Separator",
                                         "Zl Line_Separator",
                                         "Zp Paragraph_Separator",
                                         "C Other",
                                         "Cc Control cntrl",
                                         "Cf Format",
                                         "Cs Surrogate",
                                         "Co Private_Use",
                                         "Cn Unassigned"};
static const char *const binaries[] = {"ASCII",
                                       "AHex ASCII_Hex_Digit",
                                       "Alpha Alphabetic",
                                       "Any",
                                       "Assigned",
                                       "Bidi_C Bidi_Control",
                                       "Bidi_M Bidi_Mirrored",
                                       "CI Case_Ignorable",
                                       "Cased",
                                       "CWCF Changes_When_Casefolded",
                                       "CWCM Changes_When_Casemapped",
                                       "CWL Changes_When_Lowercased",
                                       "CWKCF Changes_When_NFKC_Casefolded",
                                       "CWT Changes_When_Titlecased",
                                       "CWU Changes_When_Uppercased",
                                       "Dash",
                                       "DI Default_Ignorable_Code_Point",
                                       "Dep Deprecated",
                                       "Dia Diacritic",
                                       "Emoji",
                                       "EComp Emoji_Component",
                                       "EMod Emoji_Modifier",
                                       "EBase Emoji_Modifier_Base",
                                       "EPres Emoji_Presentation",
                                       "ExtPict Extended_Pictographic",
                                       "Ext Extender",
                                       "Gr_Base Grapheme_Base",
                                       "Gr_Ext Grapheme_Extend",
                                       "Hex Hex_Digit",
                                       "IDSB IDS_Binary_Operator",
                                       "IDST IDS_Trinary_Operator",
                                       "IDC ID_Continue",
                                       "IDS ID_Start",
                                       "Ideo Ideographic",
                                       "Join_C Join_Control",
                                       "LOE Logical_Order_Exception",
                                       "Lower Lowercase",
                                       "Math",
                                       "NChar Noncharacter_Code_Point",
                                       "Pat_Syn Pattern_Syntax",
                                       "Pat_WS Pattern_White_Space",
                                       "QMark Quotation_Mark",
                                       "Radical",
                                       "RI Regional_Indicator",
                                       "STerm Sentence_Terminal",
                                       "SD Soft_Dotted",
                                       "Term Terminal_Punctuation",
                                       "UIdeo Unified_Ideograph",
                                       "Upper Uppercase",
                                       "VS Variation_Selector",
                                       "space White_Space",
                                       "XIDC XID_Continue",
                                       "XIDS XID_Start"};
static const char *const scripts[] = {"Adlm Adlam",
                                      "Aghb Caucasian_Albanian",
                                      "Ahom",
                                      "Arab Arabic",
                                      "Armi Imperial_Aramaic",
                                      "Armn Armenian",
                                      "Avst Avestan",
                                      "Bali Balinese",
                                      "Bamu Bamum",
                                      "Bass Bassa_Vah",
                                      "Batk Batak",
                                      "Beng Bengali",
                                      "Berf Beria_Erfe",
                                      "Bhks Bhaiksuki",
                                      "Bopo Bopomofo",
                                      "Brah Brahmi",
                                      "Brai Braille",
                                      "Bugi Buginese",
                                      "Buhd Buhid",
                                      "Cakm Chakma",
                                      "Cans Canadian_Aboriginal",
                                      "Cari Carian",
                                      "Cham",
                                      "Cher Cherokee",
                                      "Chrs Chorasmian",
                                      "Copt Coptic Qaac",
                                      "Cpmn Cypro_Minoan",
                                      "Cprt Cypriot",
                                      "Cyrl Cyrillic",
                                      "Deva Devanagari",
                                      "Diak Dives_Akuru",
                                      "Dogr Dogra",
                                      "Dsrt Deseret",
                                      "Dupl Duployan",
                                      "Egyp Egyptian_Hieroglyphs",
                                      "Elba Elbasan",
                                      "Elym Elymaic",
                                      "Ethi Ethiopic",
                                      "Gara Garay",
                                      "Geor Georgian",
                                      "Glag Glagolitic",
                                      "Gong Gunjala_Gondi",
                                      "Gonm Masaram_Gondi",
                                      "Goth Gothic",
                                      "Gran Grantha",
                                      "Grek Greek",
                                      "Gujr Gujarati",
                                      "Gukh Gurung_Khema",
                                      "Guru Gurmukhi",
                                      "Hang Hangul",
                                      "Hani Han",
                                      "Hano Hanunoo",
                                      "Hatr Hatran",
                                      "Hebr Hebrew",
                                      "Hira Hiragana",
                                      "Hluw Anatolian_Hieroglyphs",
                                      "Hmng Pahawh_Hmong",
                                      "Hmnp Nyiakeng_Puachue_Hmong",
                                      "Hrkt Katakana_Or_Hiragana",
                                      "Hung Old_Hungarian",
                                      "Ital Old_Italic",
                                      "Java Javanese",
                                      "Kali Kayah_Li",
                                      "Kana Katakana",
                                      "Kawi",
                                      "Khar Kharoshthi",
                                      "Khmr Khmer",
                                      "Khoj Khojki",
                                      "Kits Khitan_Small_Script",
                                      "Knda Kannada",
                                      "Krai Kirat_Rai",
                                      "Kthi Kaithi",
                                      "Lana Tai_Tham",
                                      "Laoo Lao",
                                      "Latn Latin",
                                      "Lepc Lepcha",
                                      "Limb Limbu",
                                      "Lina Linear_A",
                                      "Linb Linear_B",
                                      "Lisu",
                                      "Lyci Lycian",
                                      "Lydi Lydian",
                                      "Mahj Mahajani",
                                      "Maka Makasar",
                                      "Mand Mandaic",
                                      "Mani Manichaean",
                                      "Marc Marchen",
                                      "Medf Medefaidrin",
                                      "Mend Mende_Kikakui",
                                      "Merc Meroitic_Cursive",
                                      "Mero Meroitic_Hieroglyphs",
                                      "Mlym Malayalam",
                                      "Modi",
                                      "Mong Mongolian",
                                      "Mroo Mro",
                                      "Mtei Meetei_Mayek",
                                      "Mult Multani",
                                      "Mymr Myanmar",
                                      "Nagm Nag_Mundari",
                                      "Nand Nandinagari",
                                      "Narb Old_North_Arabian",
                                      "Nbat Nabataean",
                                      "Newa",
                                      "Nkoo Nko",
                                      "Nshu Nushu",
                                      "Ogam Ogham",
                                      "Olck Ol_Chiki",
                                      "Onao Ol_Onal",
                                      "Orkh Old_Turkic",
                                      "Orya Oriya",
                                      "Osge Osage",
                                      "Osma Osmanya",
                                      "Ougr Old_Uyghur",
                                      "Palm Palmyrene",
                                      "Pauc Pau_Cin_Hau",
                                      "Perm Old_Permic",
                                      "Phag Phags_Pa",
                                      "Phli Inscriptional_Pahlavi",
                                      "Phlp Psalter_Pahlavi",
                                      "Phnx Phoenician",
                                      "Plrd Miao",
                                      "Prti Inscriptional_Parthian",
                                      "Rjng Rejang",
                                      "Rohg Hanifi_Rohingya",
                                      "Runr Runic",
                                      "Samr Samaritan",
                                      "Sarb Old_South_Arabian",
                                      "Saur Saurashtra",
                                      "Sgnw SignWriting",
                                      "Shaw Shavian",
                                      "Shrd Sharada",
                                      "Sidd Siddham",
                                      "Sidt Sidetic",
                                      "Sind Khudawadi",
                                      "Sinh Sinhala",
                                      "Sogd Sogdian",
                                      "Sogo Old_Sogdian",
                                      "Sora Sora_Sompeng",
                                      "Soyo Soyombo",
                                      "Sund Sundanese",
                                      "Sunu Sunuwar",
                                      "Sylo Syloti_Nagri",
                                      "Syrc Syriac",
                                      "Tagb Tagbanwa",
                                      "Takr Takri",
                                      "Tale Tai_Le",
                                      "Talu New_Tai_Lue",
                                      "Taml Tamil",
                                      "Tang Tangut",
                                      "Tavt Tai_Viet",
                                      "Tayo Tai_Yo",
                                      "Telu Telugu",
                                      "Tfng Tifinagh",
                                      "Tglg Tagalog",
                                      "Thaa Thaana",
                                      "Thai",
                                      "Tibt Tibetan",
                                      "Tirh Tirhuta",
                                      "Tnsa Tangsa",
                                      "Todr Todhri",
                                      "Tols Tolong_Siki",
                                      "Toto",
                                      "Tutg Tulu_Tigalari",
                                      "Ugar Ugaritic",
                                      "Vaii Vai",
                                      "Vith Vithkuqi",
                                      "Wara Warang_Citi",
                                      "Wcho Wancho",
                                      "Xpeo Old_Persian",
                                      "Xsux Cuneiform",
                                      "Yezi Yezidi",
                                      "Yiii Yi",
                                      "Zanb Zanabazar_Square",
                                      "Zinh Inherited Qaai",
                                      "Zyyy Common",
                                      "Zzzz Unknown"};

#define FIRST_BINARY ((int)G_N_ELEMENTS(categories))
#define FIRST_SCRIPT (FIRST_BINARY + (int)G_N_ELEMENTS(binaries))
#define FIRST_EXTENSION (FIRST_SCRIPT + (int)G_N_ELEMENTS(scripts))
#define N_PROPERTIES (G_N_ELEMENTS(categories) + G_N_ELEMENTS(binaries) + 2 * G_N_ELEMENTS(scripts))
/* Only PCRE's word, not one of ECMA-262's. */
#define CASED_LETTER "L&"

/* Planes 4 to 16 are unassigned, private or a handful of tags: one character of each stands for
 * the rest of it, and its last two, which are never characters, for themselves. */
#define FIRST_SPARSE 0x40000u
#define FIRST_TAG 0xE0000u
#define LAST_TAG 0xE0FFFu
#define PLANE 0x10000u
#define LAST_CHARACTER 0x10FFFFu

/* ---- names ---- */

static gboolean row_has(const char *row, const char *name, gsize length)
{
    while (row != NULL) {
        gsize width = strcspn(row, " ");
        if (width == length && memcmp(row, name, length) == 0)
            return !(length == 2 && memcmp(name, CASED_LETTER, 2) == 0);
        row = row[width] == ' ' ? row + width + 1 : NULL;
    }
    return FALSE;
}

static int find(const char *const *rows, gsize count, const char *name, gsize length)
{
    for (gsize i = 0; i < count; i++) {
        if (row_has(rows[i], name, length))
            return (int)i;
    }
    return -1;
}

static gboolean equals(const char *text, gsize length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

int property_find(const char *text, gsize length)
{
    const char *sign = memchr(text, '=', length);
    if (sign == NULL) {
        int category = find(categories, G_N_ELEMENTS(categories), text, length);
        int binary = find(binaries, G_N_ELEMENTS(binaries), text, length);
        return category >= 0 ? category : binary >= 0 ? FIRST_BINARY + binary : -1;
    }
    gsize width = (gsize)(sign - text), rest = length - width - 1;
    if (equals(text, width, "gc") || equals(text, width, "General_Category"))
        return find(categories, G_N_ELEMENTS(categories), sign + 1, rest);
    int script = find(scripts, G_N_ELEMENTS(scripts), sign + 1, rest);
    if (script < 0)
        return -1;
    if (equals(text, width, "sc") || equals(text, width, "Script"))
        return FIRST_SCRIPT + script;
    if (equals(text, width, "scx") || equals(text, width, "Script_Extensions"))
        return FIRST_EXTENSION + script;
    return -1;
}

/* ---- members ---- */

static char *pcre_name(int property, gboolean negated)
{
    const char *row = property < FIRST_BINARY      ? categories[property]
                      : property < FIRST_SCRIPT    ? binaries[property - FIRST_BINARY]
                      : property < FIRST_EXTENSION ? scripts[property - FIRST_SCRIPT]
                                                   : scripts[property - FIRST_EXTENSION];
    const char *family = property < FIRST_SCRIPT ? "" : property < FIRST_EXTENSION ? "sc:" : "scx:";
    int width = (int)strcspn(row, " ");
    if (strcmp(row, "Assigned") == 0)
        return g_strdup(negated ? "\\p{Cn}" : "\\P{Cn}");
    return g_strdup_printf("\\%c{%s%.*s}", negated ? 'P' : 'p', family, width, row);
}

static gboolean is_sparse(gunichar c)
{
    return c >= FIRST_SPARSE && !(c >= FIRST_TAG && c <= LAST_TAG);
}

/* The last character that `c` stands for. */
static gunichar stretch(gunichar c)
{
    if (!is_sparse(c))
        return c;
    return c % PLANE >= 0xFFFE ? c / PLANE * PLANE + 0xFFFF : c / PLANE * PLANE + 0xFFFD;
}

static GString *probe_text(void)
{
    GString *text = g_string_sized_new(1u << 20);
    for (gunichar c = 0; c <= LAST_CHARACTER; c = stretch(c) + 1) {
        char utf8[6];
        if (c < 0xD800 || c > 0xDFFF)
            g_string_append_len(text, utf8, g_unichar_to_utf8(c, utf8));
    }
    return text;
}

static void add_match(GArray *builder, const char *from, const char *to)
{
    for (const char *at = from; at < to; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        ranges_add(builder, c, stretch(c));
    }
}

/* NULL when this PCRE does not know the property. Lives as long as the process. */
static Ranges *collect(int property, gboolean negated)
{
    g_autofree char *name = pcre_name(property, FALSE), *run = g_strconcat(name, "+", NULL);
    g_autoptr(GRegex) regex = g_regex_new(run, G_REGEX_OPTIMIZE, 0, NULL);
    if (regex == NULL)
        return NULL;
    g_autoptr(GString) text = probe_text();
    g_autoptr(GArray) builder = ranges_builder_new();
    g_autoptr(GMatchInfo) match = NULL;
    gboolean found = g_regex_match_full(regex, text->str, (gssize)text->len, 0, 0, &match, NULL);
    for (; found; found = g_match_info_next(match, NULL)) {
        int from, to;
        g_match_info_fetch_pos(match, 0, &from, &to);
        add_match(builder, text->str + from, text->str + to);
    }
    ranges_settle(builder, negated);
    Ranges *set = g_new(Ranges, 1);
    set->count = builder->len;
    set->at = (const Range *)g_array_steal(builder, NULL);
    return set;
}

/* Each property, then all others. Filled once and read by every thread: a scan takes milliseconds,
 * and a hostile schema could ask for a hundred thousand of them. */
static gsize members[2 * N_PROPERTIES];
static const Ranges unknown;

gboolean property_ranges(int property, gboolean negated, Ranges *set)
{
    gsize *slot = &members[2 * property + (negated ? 1 : 0)];
    if (g_once_init_enter(slot)) {
        Ranges *found = collect(property, negated);
        g_once_init_leave(slot, found == NULL ? (gsize)&unknown : (gsize)found);
    }
    const Ranges *found = (const Ranges *)*slot;
    *set = *found;
    return found != &unknown;
}

char *property_text(Ranges set)
{
    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        const Ranges *found = (const Ranges *)g_atomic_pointer_get(&members[i]);
        if (found != NULL && found != &unknown && found->at == set.at)
            return pcre_name((int)i / 2, i % 2 == 1);
    }
    return NULL;
}
