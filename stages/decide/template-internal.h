/* What the template's files share: the compiled form of template.json and the state of one run. The
 * format itself is in template.h. */
#pragma once

#include "pipeline/core/values.h"
#include "template-phrases.h"
#include "template.h"

typedef enum {
    PARSER_STRING, /* also when nothing says which */
    PARSER_DATE,
    PARSER_TIME,
    PARSER_MONEY,
    PARSER_NUMBER,
    PARSER_INTEGER,
    PARSER_PERCENT,
    PARSER_QUANTITY,
    PARSER_CURRENCY,
    PARSER_IDENTIFIER,
    PARSER_EMAIL,
    PARSER_PHONE,
    PARSER_URL,
    PARSER_IBAN,
    PARSER_VAT_ID,
    PARSER_BOOLEAN,
    PARSER_ENUM,
    PARSER_LINE,
    PARSER_BLOCK,
    PARSER_ORGANISATION,
    PARSER_ADDRESS,
    PARSER_HEADING,
    PARSER_PARAGRAPHS,
    PARSER_LAST
} Parser;

typedef enum {
    POSITION_RIGHT,
    POSITION_BELOW,
    POSITION_ABOVE,
    POSITION_BLOCK,
    POSITION_LAST
} Position;
typedef enum { PICK_BEST, PICK_FIRST, PICK_LAST, PICK_LARGEST, PICK_SMALLEST } Pick;
typedef enum { CASE_KEEP, CASE_CALM, CASE_LOWER, CASE_UPPER, CASE_TITLE } LetterCase;
typedef enum { PAGES_ALL, PAGES_FIRST, PAGES_LAST } PageChoice;

typedef enum {
    TYPE_STRING = 1 << 0,
    TYPE_NUMBER = 1 << 1,
    TYPE_INTEGER = 1 << 2,
    TYPE_BOOLEAN = 1 << 3,
    TYPE_NULL = 1 << 4,
    TYPE_ARRAY = 1 << 5,
    TYPE_OBJECT = 1 << 6,
} TypeSet;

/* How to turn text into a value: of a field, or of a table's column. */
typedef struct {
    Parser parser;
    gboolean parser_given;  /* by the template, not guessed from the schema */
    guint types;            /* TypeSet that the schema allows; 0 = any */
    char *format;           /* of the schema, NULL */
    cJSON *choices;         /* the schema's enum, NULL; lent by the template's schema */
    GPtrArray *choice_keys; /* of char*: value_key() of each, "" for other types than string */
    GRegex *shape;          /* the schema's pattern, NULL */
    double minimum, maximum;
    guint max_chars; /* 0 = any */
    GRegex *pattern, *match, *reject;
    GArray *replace; /* of Replacement */
    LetterCase letters;
    guint max_length;    /* characters, 0 = any; longer strings are cut */
    Phrases *spell;      /* words that are likely here, NULL */
    GPtrArray *synonyms; /* of Synonym, in order */
    Phrases *words;      /* of all synonyms */
    GArray *word_owner;  /* phrase number -> index of its synonym */
} ValueSpec;

typedef struct {
    GRegex *regex;
    char *text;
} Replacement;

typedef struct {
    cJSON *value;
    GPtrArray *patterns; /* of GRegex: the /…/ ones */
} Synonym;

typedef struct {
    char *property;
    ValueSpec value;
    gboolean required; /* a row without it belongs to the row above */
    gboolean demanded; /* by the item's schema */
} Column;

typedef struct {
    GPtrArray *columns;   /* of Column */
    Phrases *labels;      /* of the columns' headers */
    GArray *label_column; /* phrase number -> column index */
    Phrases *ends, *skips;
    GPtrArray *rows; /* of GRegex */
    char *sum;       /* property whose values must make an amount of the page; NULL */
} TableSpec;

typedef struct {
    GPtrArray *except; /* of char*: keys */
    char **in;
    gboolean as_object;
    char *name, *value;
    GRegex *pattern;
} CollectSpec;

typedef struct {
    char **in;
    GRegex *pattern, *unless;
    gboolean missing, shouts, has_above, has_below;
    guint longer, shorter, most;
    double above, below;
    char *grade;
    cJSON *item; /* lent by the template's spec */
} RuleSpec;

typedef struct {
    char *pointer, *grade;
    GRegex *match;
    gboolean absent;
    cJSON *value; /* lent by the template's spec */
} ChoiceSpec;

/* One term of "agree": amounts at any of these labels, added or taken off. */
typedef struct {
    GArray *phrases; /* of guint */
    double sign;
} Term;

typedef struct {
    char *pointer;
    char *name;  /* last token of the pointer */
    guint index; /* among the template's fields */
    ValueSpec value;
    GArray *labels; /* of guint: phrase numbers in order of preference */
    Position positions[POSITION_LAST];
    guint n_positions;
    gboolean anywhere, many;
    PageChoice pages;
    double from, to;
    Pick pick;
    GPtrArray *agree;     /* of GPtrArray of Term: sums that the value may be; NULL */
    double round_step;    /* amounts of money are rounded to these when paid; 0 = they are not */
    GArray *round_labels; /* of guint: phrases that say so; NULL */
    char **in;
    guint lines;
    char *join;       /* between the lines of a block; NULL: ", ", or a space behind a comma */
    Phrases *until;   /* NULL */
    GPtrArray *words; /* of GRegex, NULL */
    GRegex *split;
    cJSON *constant, *otherwise; /* lent by the template's spec */
    TableSpec *table;
    CollectSpec *collect;
    GPtrArray *rules, *choices; /* of RuleSpec, ChoiceSpec; NULL */
} FieldSpec;

/* Words by which lines of a head are told apart, in the languages of values-date.c and some more. */
typedef enum {
    LEXICON_STREET,   /* streets, floors, lots */
    LEXICON_POSTCODE, /* with the letters of a place beside it */
    LEXICON_HOUSE,    /* a house number begins the line */
    LEXICON_LEGAL,    /* legal forms of companies */
    LEXICON_BUSINESS, /* kinds of business */
    LEXICON_COUNTRY,  /* a country ends the line */
    LEXICON_MONEY,    /* amounts and rates: rows of tables */
    LEXICON_CONTACT,  /* phone, fax, registration, tax numbers, times, web */
    LEXICON_LAST
} Lexicon;

struct Template {
    cJSON *spec, *schema; /* owned copies; spec may be NULL */
    ValueOrder order;
    gboolean order_known; /* in a run: the document itself tells the order */
    gboolean reads_dates; /* a field or column is a date */
    ValueDecimal decimal;
    GPtrArray *fields; /* of FieldSpec, in order of filling */
    Phrases *phrases;  /* every label, `not` and noise phrase */
    GArray *owned;     /* of gboolean: is the phrase a label of some field */
    GRegex *lexicon[LEXICON_LAST];
};

/* ---- one document ---- */

/* A label that stands on the page. */
typedef struct {
    guint phrase, cell;
    guint32 start, end; /* bytes of the cell's text */
    double likeness;
    gboolean strong; /* fills its cell's beginning or is followed by a colon */
    Rect rect;
} Hit;

typedef struct {
    guint first, n; /* words of the reading */
} WordRun;

/* A value with what speaks for it. */
typedef struct {
    cJSON *value;   /* owned */
    char *raw;      /* as it stands in the document, before replacements; owned */
    double number;  /* of numbers and dates, for "largest" and "agree" */
    double quality; /* 0..1: how well it fits the parser */
    double score;
    double sure;     /* 0..1: share of the confidence that place, proof and rivals leave */
    guint rank;      /* of its label, or G_MAXUINT */
    guint order;     /* place in the document */
    guint places;    /* of a currency: how often the text names it; 0 = not counted */
    gboolean summed; /* computed from amounts that stand there */
    gboolean agreed; /* equals a sum of other amounts */
    GArray *runs;    /* of WordRun */
} Found;

Found *found_new(void);
void found_free(Found *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Found, found_free)

/* Text to look at that is not one cell: a source of "in", a block, a row. */
typedef struct {
    GString *text;
    GArray *pieces; /* of Piece, in order; empty for texts that do not come from the page */
    char *key;      /* name of the column as it stands, NULL */
} Source;

typedef struct {
    guint32 at, length; /* in the source's text */
    guint cell;
    guint32 from;  /* in the cell's text */
    gboolean name; /* the name of a value, not the value */
} Piece;

typedef struct {
    const Template *template; /* `own` */
    Template own;             /* the compiled one with this document's order of dates; lends all */
    Sheet *sheet;
    GArray *hits;      /* of Hit, in order of cells and places */
    GArray *cell_hits; /* of guint: index of the first hit at or behind each cell; len cells + 1 */
    GHashTable *keys;  /* folded name -> index + 1 of the key cell of a name-value pair */
    GHashTable *sources; /* name -> Source */
    GHashTable *raws;    /* pointer -> char*: raw text of a filled field */
    GHashTable *grades;  /* pointer -> GPtrArray of char*: grades of the rules that fired */
    GHashTable *used;    /* key cells whose value some field took */
    Record *record;
} Run;

/* template-find.c: hits and what stands at them. `found` arrays own their elements. */
void run_find_hits(Run *run);
gboolean run_label_at(const Run *run, guint cell, guint32 from, gboolean any, guint32 *start);
GPtrArray *run_candidates(Run *run, const FieldSpec *field);
/* The amount of money that stands at a label, right of it or below; NULL if none. */
Found *run_amount_at(Run *run, const Hit *hit);
/* template-agree.c: candidates that equal the field's sum gain points; without a good candidate the
 * sum itself joins them. */
void run_reward_agreement(Run *run, const FieldSpec *field, GPtrArray *found);
/* Does one of the phrases stand anywhere on the page? */
gboolean run_says_any(const Run *run, const GArray *phrases);
/* Does the amount stand in so many rows of the page? */
gboolean run_amount_stands(const Run *run, double number, guint rows);
/* Are the letters of its place OCR's? */
gboolean run_from_ocr(const Run *run, const Found *found);
/* template-proof.c: what else on a page that OCR read speaks for the candidate. Returns it or a
 * better one, which is then in `found` too; its `sure` is set. */
Found *run_prove(Run *run, const FieldSpec *field, GPtrArray *found, Found *picked);
/* Is the cell inside the field's region? */
gboolean run_in_region(const Run *run, const FieldSpec *field, const Cell *cell);

/* template-order.c: whether the document tells in which order day and month stand. */
gboolean sheet_date_order(const Sheet *sheet, ValueOrder *order);

/* template-value.c: text to value. NULL when there is none of the parser's kind. `find`: the first
 * in running text, else the whole. *start and *end: bytes used. */
Found *value_take(const Template *t, const ValueSpec *spec, const char *text, gsize length,
                  gboolean find, gsize *start, gsize *end);
/* template-ocr.c: the same for amounts and dates in text that OCR read: what it often gets wrong is
 * mended first. start and end are places in `text`. */
Found *value_take_ocr(const Template *t, const ValueSpec *spec, const char *text, gsize length,
                      gsize *start, gsize *end);
/* The text with words that OCR got slightly wrong mended after the spec's likely words. Caller frees. */
char *spell_ocr(const ValueSpec *spec, const char *text);
/* Replacements, case and length for a string, then the schema's own demands. */
cJSON *value_finish(const ValueSpec *spec, char *string /* taken */);

/* template-source.c */
Source *source_new(void);
void source_free(Source *source);
void source_add_cell(Source *source, const Sheet *sheet, guint cell, guint32 from, guint32 to,
                     const char *separator);
/* Adds the words behind bytes [start, end) of the source to the runs; FALSE when it has no words. */
gboolean source_words(const Source *source, const Sheet *sheet, gsize start, gsize end,
                      GArray *runs);
/* The text of a source of "in"; NULL when there is none. Lent. */
const Source *run_source(Run *run, const char *name);
/* The value cells of the name-value pair whose name is at `key_cell`, as a source. Caller frees. */
Source *run_pair_value(Run *run, guint key_cell);

/* template-block.c: parsers that look at several lines. May return NULL. */
GRegex *lexicon_regex(Lexicon which);
Found *block_below(Run *run, const FieldSpec *field, const Hit *hit);
/* Is there more in the text than a legal form? */
gboolean is_organisation(const Run *run, const char *text, gsize length);
Found *block_organisation(Run *run, const FieldSpec *field);
Found *block_address(Run *run, const FieldSpec *field);
Found *block_heading(Run *run, const FieldSpec *field);
Found *block_paragraphs(Run *run, const FieldSpec *field);

/* template-table.c: the array, or NULL when no table was found; evidence goes to the record. */
cJSON *table_take(Run *run, const FieldSpec *field);

/* template-rules.c */
cJSON *rules_take(Run *run, const FieldSpec *field);
cJSON *choose_take(Run *run, const FieldSpec *field);
cJSON *collect_take(Run *run, const FieldSpec *field);

/* template-schema.c: what the schema says about the value at a pointer; NULL if nothing. Lent. */
const cJSON *schema_at(const cJSON *root, const char *pointer);
const cJSON *template_schema_resolve(const cJSON *root, const cJSON *schema);
guint schema_types(const cJSON *schema);
/* Labels that title, name and description make (GPtrArray of char*). `parent` may be NULL. */
GPtrArray *schema_labels(const char *name, const char *parent, const cJSON *schema);
/* The parser that type, format and name suggest. */
Parser schema_parser(const char *name, const cJSON *schema);
/* Fills required properties that may be null (or are arrays) and are missing, down the tree. */
void schema_fill_required(const cJSON *root, const cJSON *schema, cJSON *value);

/* template-compile.c */
gboolean value_spec_compile(Template *t, ValueSpec *spec, const char *name, const cJSON *entry,
                            const cJSON *schema, const char *where, GError **error);
void value_spec_clear(ValueSpec *spec);
gboolean spec_regex(const cJSON *entry, const char *key, const char *where, GRegex **regex,
                    GError **error);
gboolean spec_strings(const cJSON *entry, const char *key, const char *where, char ***strings,
                      GError **error);
/* The number of the phrase among the template's; `owned`: a label of some field. */
guint template_add_phrase(Template *t, const char *text, gboolean owned);
/* template-compile-agree.c */
gboolean agree_compile(Template *t, FieldSpec *field, const cJSON *entry, GError **error);
/* template-compile-list.c: table, collect, rules, choose. */
gboolean list_compile(Template *t, FieldSpec *field, const cJSON *entry, const cJSON *schema,
                      GError **error);
void list_clear(FieldSpec *field);
