/* The reading: what the techniques saw in a document. One neutral tree, pages > blocks > lines >
 * words, that every technique builds and every later stage looks at; nothing behind it sees the
 * document's bytes.
 *
 * Rectangles are in points (1/72 inch), origin top left, y grows downwards, pages count from 1.
 * Sources without a page geometry (HTML, text, rows) use a grid: x is the column and y the line of
 * the text, one unit a character, so that "right of" and "below" mean the same everywhere; their
 * pages carry READING_GRID. All text is valid UTF-8, NFC.
 *
 * The tree lies in five flat arrays, in reading order; a parent names its children by a range. So
 * it crosses processes as it is (reading_to_variant), and all memory belongs to the reading. */
#pragma once

#include <glib.h>

typedef enum {
    TECHNIQUE_NONE,     /* a blank page, or a page that could not be read */
    TECHNIQUE_PDF_TEXT, /* the text layer of a PDF */
    TECHNIQUE_OCR,      /* optical character recognition */
    TECHNIQUE_HTML,     /* cleaned HTML */
    TECHNIQUE_TEXT,     /* plain text */
    TECHNIQUE_ROW,      /* a row of a CSV or JSONL batch */
    TECHNIQUE_OFFICE,   /* office and mail formats */
    TECHNIQUE_DATA,     /* data that the document carries for machines: an invoice as XML, JSON-LD,
                           microdata, Open Graph, form fields; stands in Reading.second only */
    TECHNIQUE_LAST
} Technique;

typedef enum {
    BLOCK_PARAGRAPH,
    BLOCK_HEADING, /* level 1..6 */
    BLOCK_LIST,    /* one item a block; level is the depth from 1 */
    BLOCK_TABLE,   /* every line is a row; word.column is the cell */
    BLOCK_FIELDS,  /* key-value pairs: column 0 is the key, column 1 the value; a line whose first
                      word has column 1 continues the value above */
    BLOCK_LAST
} BlockKind;

typedef enum { READING_LAYOUT, READING_GRID } Geometry;

typedef struct {
    double x0, y0, x1, y1; /* x0 <= x1, y0 <= y1 */
} Rect;

typedef struct {
    Rect rect;
    double confidence; /* 0..1, -1 if the technique gives none */
    guint32 text;      /* offset into Reading.text, NUL-terminated there */
    guint32 length;    /* bytes without the NUL */
    gint32 column;     /* cell in its row, from 0; -1 outside tables and fields */
    guint32 flags;     /* WordFlags */
} Word;

typedef enum {
    WORD_GLUED = 1 << 0, /* no space between the word before and this one */
    WORD_BOLD = 1 << 1,
    WORD_HYPHEN = 1 << 2, /* ends its line with a hyphen of the typesetter: the word goes on with
                             the first word of the next line */
} WordFlags;

typedef struct {
    Rect rect;
    double agreement; /* 0..1: how much of it the second technique read the same way; -1 if
                                    only one technique read the page */
    guint32 first_word, n_words; /* into Reading.words */
} Line;

typedef struct {
    Rect rect;
    guint32 kind;                /* BlockKind */
    guint32 level;               /* heading level or list depth, else 0 */
    guint32 first_line, n_lines; /* into Reading.lines */
    guint32 flags;               /* BlockFlags */
    guint32 reserved;            /* 0 */
} Block;

typedef enum {
    BLOCK_HEADER = 1 << 0,      /* stands at the head of its page, as on other pages */
    BLOCK_FOOTER = 1 << 1,      /* the same at the foot; page numbers too */
    BLOCK_VERTICAL = 1 << 2,    /* its text runs from top to bottom or bottom to top */
    BLOCK_ANNOTATION = 1 << 3,  /* a note that somebody put on the page */
    BLOCK_BOILERPLATE = 1 << 4, /* of a web page: menus, notices, links to elsewhere */
} BlockFlags;

typedef struct {
    double width, height;          /* points, or characters and lines in a grid */
    double confidence;             /* 0..1 mean over words, -1 if the technique gives none */
    guint32 number;                /* from 1 */
    guint32 technique;             /* Technique */
    guint32 geometry;              /* Geometry */
    guint32 first_block, n_blocks; /* into Reading.blocks */
    guint32 hidden;                /* words left out because a person would not see them */
    guint32 turn;                  /* clockwise quarter turns that make its text upright, 0..3; the
                                      rectangles are those of the page as it lies */
} Page;

/* What a document carries inside: a mail's or PDF's attachment, a member of an archive. */
typedef struct {
    char *name;       /* as it stands there, made valid UTF-8; never NULL; no path to be trusted */
    char *media_type; /* as claimed there, or "" */
    guint64 size;     /* bytes */
    GBytes *content;  /* NULL when it is only listed */
} Attachment;

typedef struct Reading {
    char *media_type;   /* "application/pdf"; never NULL */
    guint32 page_count; /* pages that the document has; more than pages->len in a partial reading */
    GArray *pages, *blocks, *lines, *words; /* of Page, Block, Line, Word */
    GByteArray *text;                       /* the words, each NUL-terminated */
    GPtrArray *notes;       /* char*: sentences about what was seen (hidden text, cut, repaired) */
    GPtrArray *attachments; /* of Attachment */
    struct Reading
        *second; /* the same pages as another technique read them, and TECHNIQUE_DATA; its
                               pages need not be all. NULL when one technique read; never nested */
} Reading;

/* ---- building (in readers) ----
 * Begin a page, then blocks, lines, words; what is open ends by itself. Rectangles of lines and
 * blocks are the union of their words'. */
Reading *reading_new(const char *media_type);
void reading_free(Reading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, reading_free)

void reading_begin_page(Reading *r, guint number, Technique technique, Geometry geometry,
                        double width, double height);
void reading_begin_block(Reading *r, BlockKind kind, guint level);
void reading_begin_line(Reading *r);
/* `text` must be valid UTF-8 and hold no white space; it is copied (made NFC). column -1 outside
 * tables. FALSE when a limit of limits.h is reached; the word is then not added. */
gboolean reading_add_word(Reading *r, const char *text, gssize length, Rect rect, double confidence,
                          int column, guint flags);
/* Splits running text at white space and adds its words on a grid: the first at (x, y), one unit a
 * character. Returns the x after the last word. */
double reading_add_text(Reading *r, const char *text, gssize length, double x, double y,
                        int column);
/* Drops empty lines and blocks, sets page confidences. Call once when a page is complete. */
void reading_end_page(Reading *r);
void reading_note(Reading *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Notes what could not be read of the document and so is missing here. The note begins with
 * READING_MISSING; the supervisor makes the rest a reason for review of it ("partial"). */
#define READING_MISSING "not all was read: "
void reading_note_missing(Reading *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Lists an attachment; `content` (a reference is taken) may be NULL. FALSE, and it is not listed, when
 * there are DOCKET_MAX_ATTACHMENTS already. */
gboolean reading_attach(Reading *r, const char *name, const char *media_type, guint64 size,
                        GBytes *content);

/* Appends the pages of `other` (consumed), as a page range read by another reader. */
void reading_take_pages(Reading *r, Reading *other);

/* ---- looking (everywhere) ---- lent, index from 0, must be in range */
static inline const Page *reading_page(const Reading *r, guint i)
{
    return &g_array_index(r->pages, Page, i);
}
static inline const Block *reading_block(const Reading *r, guint i)
{
    return &g_array_index(r->blocks, Block, i);
}
static inline const Line *reading_line(const Reading *r, guint i)
{
    return &g_array_index(r->lines, Line, i);
}
static inline const Word *reading_word(const Reading *r, guint i)
{
    return &g_array_index(r->words, Word, i);
}
static inline const char *reading_word_text(const Reading *r, const Word *w)
{
    return (const char *)r->text->data + w->text;
}
/* Index of the page on which the line / the word stands (by binary search). */
guint reading_page_of_line(const Reading *r, guint line);
guint reading_line_of_word(const Reading *r, guint word);
/* The text of a line; words joined by one space (unless WORD_GLUED). Caller frees. */
char *reading_line_text(const Reading *r, guint line);
/* The words of a line that stand in one column (a field's key is 0, its value 1). Caller frees. */
char *reading_column_text(const Reading *r, guint line, gint column);
/* The text of words [first, first+n), joined the same way. Caller frees. */
char *reading_words_text(const Reading *r, guint first, guint n);
Rect rect_union(Rect a, Rect b);

/* ---- cells (reading-cells.c) ---- */
typedef struct {
    guint row, column; /* from 0, in the block */
    Rect rect;         /* the union of its words' */
    char *text;
} ReadingCell;

/* The cells of a table or of fields that hold words, row by row. Caller unrefs; holds the texts. */
GArray *reading_cells(const Reading *r, const Block *block);
/* Appends a word behind `before` (NULL: the first): a space, or none where it is glued or goes on a
 * word that the typesetter broke, whose hyphen is then taken away. TRUE when a word was joined. */
gboolean reading_append_word(const Reading *r, const Word *word, const Word *before, GString *out);
/* The hyphen at the end of a word, in bytes; 0 if it has none. */
gsize reading_hyphen_bytes(const char *text, gsize length);

/* ---- standing up (reading-turn.c) ----
 * A copy in which pages that lie on their side or head stand upright, rectangles and all, with the
 * same words at the same indices; NULL when every page stands already. Caller frees. */
Reading *reading_upright(const Reading *r);
/* A rectangle of that copy on the page as it lies. */
Rect rect_from_upright(const Page *page, Rect rect);

/* ---- running headers (reading-running.c) ----
 * Flags the blocks that stand at the head or foot of their page as they do on others, and page numbers.
 * For the whole document, when all its pages are there; the time is that of walking over the blocks. */
void reading_mark_running(Reading *r);
/* What a flagged block says, numbers apart: equal for the same header on two pages. Caller frees. */
char *reading_running_key(const Reading *r, const Block *block);

/* ---- printing (reading-print.c) ---- caller frees with g_free
 * Text: lines as lines, an empty line between blocks, form feed between pages (as pdftotext); words
 * that the typesetter broke in one, but for pages that were recognised.
 * Markdown: headings, lists, tables; what a model is shown: a running header once, words that the
 * typesetter broke in one. JSON: the tree, one object. */
char *reading_to_text(const Reading *r);
char *reading_to_markdown(const Reading *r);
char *reading_to_json(const Reading *r);
char *reading_to_hocr(const Reading *r);
/* The Markdown block by block, as reading_to_markdown() joins it; after the last block of each page
 * once with block NULL and "". `markdown` is lent and ends each line with a line feed. */
typedef void (*ReadingMarkdownVisit)(const Page *page, const Block *block, const char *markdown,
                                     gpointer data);
void reading_each_markdown(const Reading *r, ReadingMarkdownVisit visit, gpointer data);
/* Both are items of one list: no empty line stands between them. */
static inline gboolean reading_list_goes_on(const Block *before, const Block *block)
{
    return before->kind == BLOCK_LIST && block->kind == BLOCK_LIST;
}
/* TSV (reading-tsv.c): rows of pages, blocks, lines and words in Tesseract's columns, in points. */
char *reading_to_tsv(const Reading *r);

/* ---- crossing processes (reading-wire.c) ----
 * The variant is (type READING_VARIANT_TYPE) the arrays as they are: same build on both sides.
 * reading_from_variant treats it as hostile: every range, offset, enum, rectangle, UTF-8 sequence
 * and limit is checked; DOCKET_ERROR_READER_LIED says which rule was broken. */
#define READING_VARIANT_TYPE "(sua(ddduuuuuuu)a(dddduuuuuu)a(ddddduu)a(ddddduuiu)ayasa(sstbay)av)"
GVariant *reading_to_variant(const Reading *r); /* floating */
Reading *reading_from_variant(GVariant *variant, GError **error);

/* Stable words for techniques and block kinds ("pdf_text", "heading"). Static strings. */
const char *technique_name(Technique technique);
const char *block_kind_name(BlockKind kind);
