#include "rtf.h"

#include "flow.h"
#include "pipeline/core/limits.h"
#include "rtf-head.h"
#include "rtf-words.h"
#include "stages/read/techniques/text/charset.h"

#include <string.h>

#define MAX_DEPTH 10000         /* groups in each other */
#define INVISIBLE_HALF_POINTS 2 /* letters of one point or less */
#define MAX_FALLBACK 100        /* characters behind \uN that are left out */

typedef enum { INTO_TEXT, INTO_NOTHING, INTO_HEAD, INTO_MARKER } Into;

/* What a group inherits, and gives back at its end. */
typedef struct {
    Into into;
    guint table;      /* RtfTable of INTO_HEAD */
    guint head_depth; /* groups inside that table */
    gint properties[RTF_PROPERTIES];
    gboolean anchored; /* inside a note, a box, a header */
    gboolean pops;     /* and this is its group: flow_pop at its end */
    guint flags;       /* BlockFlags of what is in it */
    gboolean star;     /* \* was read, and no word after it yet */
} Group;

typedef struct {
    RtfLexer lexer;
    Flow *flow;
    RtfHead *head;
    Group now;
    GArray *groups;  /* of Group: those around */
    GString *bytes;  /* text in the current code page */
    GString *marker; /* of the next list item */
    gint skip;       /* characters that stand in for the \uN before */
    gunichar high;   /* first half of a pair */
    gint page;       /* code page of the document */
    guint notes;     /* numbered so far */
    gboolean in_table, in_cell, decided;
    gboolean early; /* the file ends inside a group */
} Rtf;

/* ---- text ---- */

static gint property(const Rtf *r, RtfProperty name)
{
    return r->now.properties[name];
}

/* White letters on white paper. In tables the paper may have another colour. */
static gboolean is_hidden(const Rtf *r)
{
    gint size = property(r, RTF_SIZE);
    return property(r, RTF_HIDDEN) || (size > 0 && size <= INVISIBLE_HALF_POINTS) ||
           (rtf_color_is_white(r->head, property(r, RTF_COLOR)) && property(r, RTF_PAINT) <= 0 &&
            property(r, RTF_SHADE) <= 0 && !r->in_table && !r->now.anchored);
}

static void begin_cell(Rtf *r)
{
    if (!r->in_table) {
        flow_end(r->flow);
        flow_begin_table(r->flow);
        flow_begin_row(r->flow);
        r->in_table = TRUE;
    }
    if (!r->in_cell)
        flow_begin_cell(r->flow, -1, 1);
    r->in_cell = TRUE;
}

static void end_table(Rtf *r)
{
    if (r->in_table)
        flow_end_table(r->flow);
    r->in_table = r->in_cell = FALSE;
}

/* "1." stays before its item, a bullet is what a list item is. */
static void decide_kind(Rtf *r)
{
    gint level = rtf_style_heading(r->head, property(r, RTF_STYLE));
    gint outline = property(r, RTF_OUTLINE);
    gboolean item = r->marker->len > 0;
    if (outline >= 0 && outline < 9)
        level = MIN(outline + 1, 6);
    flow_begin(r->flow, BLOCK_PARAGRAPH, 0);
    if (level > 0)
        flow_kind(r->flow, BLOCK_HEADING, (guint)level);
    else if (item)
        flow_kind(r->flow, BLOCK_LIST, (guint)CLAMP(property(r, RTF_DEPTH), 0, 8) + 1);
    g_strstrip(r->marker->str);
    gboolean number = FALSE;
    for (const char *p = r->marker->str; *p; p = g_utf8_next_char(p))
        number |= g_unichar_isalnum(g_utf8_get_char(p));
    if (number) {
        flow_text(r->flow, r->marker->str, -1);
        flow_text(r->flow, " ", 1);
    }
    g_string_truncate(r->marker, 0);
    r->decided = TRUE;
}

static void put(Rtf *r, const char *text, gsize length)
{
    if (r->now.into == INTO_MARKER) {
        if (r->marker->len + length < 100)
            g_string_append_len(r->marker, text, (gssize)length);
        return;
    }
    if (r->now.into != INTO_TEXT || property(r, RTF_DELETED) || property(r, RTF_HTML))
        return;
    if (is_hidden(r)) {
        flow_hide(r->flow, text, (gssize)length);
        return;
    }
    if (!r->now.anchored && property(r, RTF_IN_TABLE))
        begin_cell(r);
    else if (!r->now.anchored)
        end_table(r);
    if (!r->decided)
        decide_kind(r);
    flow_text(r->flow, text, (gssize)length);
}

static guint page_now(const Rtf *r)
{
    guint page = rtf_font_page(r->head, property(r, RTF_FONT));
    return page ? page : (guint)r->page;
}

static char *decode(const char *bytes, gsize length, guint page)
{
    g_autofree char *name = page == 10000   ? g_strdup("MACINTOSH")
                            : page == 65001 ? g_strdup("UTF-8")
                            : page == 1361  ? g_strdup("JOHAB")
                                            : g_strdup_printf("CP%u", page);
    return charset_decode(bytes, length, name);
}

/* Fonts of signs: the bullets among them are known, and letters stay what they are. */
static char *decode_signs(const char *bytes, gsize length)
{
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)bytes[i];
        if (c == 0xb7 || c == 0xa7 || c == 0xa8)
            g_string_append(out, "•");
        else if (c < 0x80)
            g_string_append_c(out, (char)c);
    }
    return g_string_free(out, FALSE);
}

/* Bytes are kept until something else comes: a character may be two of them. */
static void flush(Rtf *r)
{
    if (r->bytes->len == 0)
        return;
    gboolean ascii = TRUE;
    for (gsize i = 0; i < r->bytes->len && ascii; i++)
        ascii = (guchar)r->bytes->str[i] < 0x80;
    guint page = page_now(r);
    if (ascii) {
        put(r, r->bytes->str, r->bytes->len);
    } else {
        g_autofree char *text = page == RTF_SYMBOLS ? decode_signs(r->bytes->str, r->bytes->len)
                                                    : decode(r->bytes->str, r->bytes->len, page);
        put(r, text, strlen(text));
    }
    g_string_truncate(r->bytes, 0);
}

static void put_unichar(Rtf *r, gunichar c)
{
    char text[8];
    flush(r);
    if (g_unichar_validate(c) && (c >= 0x20 || c == '\t'))
        put(r, text, (gsize)g_unichar_to_utf8(c, text));
}

/* Characters beyond 16 bits come as two halves. */
static void put_unicode(Rtf *r, gint number)
{
    gunichar c = (gunichar)(number < 0 ? number + 65536 : number);
    if (c >= 0xd800 && c < 0xdc00) {
        flush(r);
        r->high = c;
    } else if (c >= 0xdc00 && c < 0xe000 && r->high) {
        put_unichar(r, 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00));
        r->high = 0;
    } else {
        put_unichar(r, c >= 0xf020 && c <= 0xf0ff ? 0x2022 : c); /* a sign font's: a bullet */
    }
    r->skip = CLAMP(property(r, RTF_FALLBACK), 0, MAX_FALLBACK);
}

/* ---- paragraphs and tables ---- */

static void end_paragraph(Rtf *r)
{
    if (r->now.into != INTO_TEXT || property(r, RTF_DELETED))
        return;
    flow_end(r->flow);
    r->decided = FALSE;
    g_string_truncate(r->marker, 0);
}

static void end_cell(Rtf *r)
{
    if (r->now.into != INTO_TEXT)
        return;
    begin_cell(r);
    end_paragraph(r);
    flow_end_cell(r->flow);
    r->in_cell = FALSE;
}

static void end_row(Rtf *r)
{
    if (r->now.into != INTO_TEXT || !r->in_table)
        return;
    end_paragraph(r);
    flow_begin_row(r->flow);
    r->in_cell = FALSE;
}

/* ---- groups ---- */

static gboolean open_group(Rtf *r, GError **error)
{
    if (r->groups->len >= MAX_DEPTH) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u groups in each other", MAX_DEPTH);
        return FALSE;
    }
    flush(r);
    g_array_append_val(r->groups, r->now);
    r->now.pops = r->now.star = FALSE;
    r->now.head_depth += r->now.into == INTO_HEAD;
    return TRUE;
}

static void close_group(Rtf *r)
{
    flush(r);
    if (r->now.pops) {
        flow_pop(r->flow);
        r->decided = TRUE;
    }
    if (!r->groups->len)
        return;
    r->now = g_array_index(r->groups, Group, r->groups->len - 1);
    g_array_set_size(r->groups, r->groups->len - 1);
    flow_flags(r->flow, r->now.flags);
}

/* What stands in the group is no part of the paragraph around it. */
static void begin_anchored(Rtf *r, guint flags)
{
    if (r->now.into != INTO_TEXT || r->now.anchored)
        return;
    flow_push(r->flow);
    r->now.anchored = r->now.pops = TRUE;
    r->now.flags = flags;
    r->now.properties[RTF_IN_TABLE] = 0;
    r->decided = FALSE;
    flow_flags(r->flow, flags);
}

/* ---- words ---- */

static void set_property(Rtf *r, RtfProperty name, const RtfToken *token)
{
    gint number = token->has_number ? token->number : 1;
    switch (name) {
    case RTF_PAGE:
        r->page = number > 0 ? number : r->page;
        break;
    case RTF_PAGE_MAC:
        r->page = 10000;
        break;
    case RTF_PAGE_PC:
        r->page = strcmp(token->word, "pc") == 0 ? 437 : 850;
        break;
    case RTF_FONT_DEFAULT:
        r->now.properties[RTF_FONT_DEFAULT] = r->now.properties[RTF_FONT] = number;
        break;
    default:
        r->now.properties[name] = number;
        break;
    }
}

static void reset_paragraph(Rtf *r)
{
    static const RtfProperty those[] = {RTF_STYLE, RTF_DEPTH, RTF_IN_TABLE, RTF_NESTING, RTF_SHADE};
    for (gsize i = 0; i < G_N_ELEMENTS(those); i++)
        r->now.properties[those[i]] = 0;
    r->now.properties[RTF_OUTLINE] = -1;
}

static void reset_letters(Rtf *r)
{
    static const RtfProperty those[] = {RTF_HIDDEN, RTF_DELETED, RTF_SIZE, RTF_COLOR, RTF_PAINT};
    for (gsize i = 0; i < G_N_ELEMENTS(those); i++)
        r->now.properties[those[i]] = 0;
    r->now.properties[RTF_FONT] = r->now.properties[RTF_FONT_DEFAULT];
}

static void do_destination(Rtf *r, const RtfWord *word)
{
    if (r->now.into == INTO_NOTHING)
        return;
    switch (word->action) {
    case RTF_DO_SKIP:
        r->now.into = INTO_NOTHING;
        break;
    case RTF_DO_TABLE:
        r->now.into = INTO_HEAD;
        r->now.table = word->value;
        r->now.head_depth = 0;
        break;
    case RTF_DO_MARKER:
        r->now.into = r->now.into == INTO_TEXT ? INTO_MARKER : r->now.into;
        break;
    default:
        begin_anchored(r, word->value);
        break;
    }
}

static void do_layout(Rtf *r, const RtfWord *word)
{
    switch (word->action) {
    case RTF_DO_PARAGRAPH:
        if (!r->now.anchored && !property(r, RTF_IN_TABLE) && r->now.into == INTO_TEXT)
            end_table(r);
        end_paragraph(r);
        break;
    case RTF_DO_BREAK:
        put(r, "\n", 1);
        break;
    case RTF_DO_CELL:
        end_cell(r);
        break;
    case RTF_DO_ROW:
        end_row(r);
        break;
    case RTF_DO_NESTED_CELL:
        put(r, "\t", 1);
        break;
    case RTF_DO_NESTED_ROW:
        put(r, "\n", 1);
        break;
    default:
        break;
    }
}

/* The number of a note: where it is referred to, and before its text. */
static void put_note_mark(Rtf *r)
{
    r->notes += !r->now.anchored;
    g_autofree char *mark = g_strdup_printf(r->now.anchored ? "[%u] " : " [%u]", r->notes);
    put(r, mark, strlen(mark));
}

static void do_word(Rtf *r, const RtfToken *token)
{
    const RtfWord *word = rtf_word(token->word);
    gboolean star = r->now.star;
    r->now.star = FALSE;
    if (!word) { /* "\*" says that a group may be left out by those who do not know its word */
        if (star)
            r->now.into = INTO_NOTHING;
        return;
    }
    switch (word->action) {
    case RTF_DO_NOTHING:
    case RTF_DO_KEEP:
        break;
    case RTF_DO_SKIP:
    case RTF_DO_TABLE:
    case RTF_DO_MARGIN:
    case RTF_DO_NOTE:
    case RTF_DO_MARKER:
        do_destination(r, word);
        break;
    case RTF_DO_TEXT:
        put_unichar(r, word->value);
        break;
    case RTF_DO_RESET:
        reset_paragraph(r);
        break;
    case RTF_DO_PLAIN:
        reset_letters(r);
        break;
    case RTF_DO_SET:
        set_property(r, word->value, token);
        break;
    case RTF_DO_NOTE_MARK:
        put_note_mark(r);
        break;
    case RTF_DO_UNICODE:
        put_unicode(r, token->number);
        break;
    default:
        do_layout(r, word);
        break;
    }
}

static void do_symbol(Rtf *r, guchar symbol)
{
    flush(r);
    switch (symbol) {
    case '*':
        r->now.star = TRUE;
        break;
    case '\\':
    case '{':
    case '}':
        put(r, (const char *)&symbol, 1);
        break;
    case '~':
        put(r, "\xc2\xa0", 2);
        break;
    case '_':
        put(r, "-", 1);
        break;
    case '\t':
        put(r, "\t", 1);
        break;
    case '\r':
    case '\n':
        end_paragraph(r);
        break;
    default: /* "\-" and others are hints for the typesetter */
        break;
    }
}

/* ---- the document ---- */

/* Leaves out what stands in for a character that was read already; FALSE when all of it is. */
static gboolean after_fallback(Rtf *r, RtfToken *token)
{
    if (r->skip <= 0 || token->kind == RTF_OPEN || token->kind == RTF_CLOSE) {
        r->skip = 0;
        return TRUE;
    }
    gsize n = token->kind == RTF_TEXT ? MIN((gsize)r->skip, token->length) : 1;
    r->skip -= (gint)n;
    if (token->kind != RTF_TEXT)
        return FALSE;
    token->text += n;
    token->length -= n;
    return token->length > 0;
}

static gboolean do_token(Rtf *r, RtfToken *token, GError **error)
{
    if (r->now.into == INTO_HEAD)
        rtf_head_token(r->head, r->now.table, token, r->now.head_depth);
    if (!after_fallback(r, token))
        return TRUE;
    switch (token->kind) {
    case RTF_OPEN:
        return open_group(r, error);
    case RTF_CLOSE:
        close_group(r);
        break;
    case RTF_WORD:
        flush(r);
        if (r->now.into != INTO_HEAD)
            do_word(r, token);
        break;
    case RTF_SYMBOL:
        do_symbol(r, token->symbol);
        break;
    case RTF_BYTE:
        g_string_append_c(r->bytes, (char)token->symbol);
        break;
    default:
        g_string_append_len(r->bytes, token->text, (gssize)token->length);
        break;
    }
    return TRUE;
}

static gboolean read_all(Rtf *r, GError **error)
{
    guint deepest = 0;
    while (!flow_is_full(r->flow)) {
        RtfToken token = rtf_next(&r->lexer);
        if (token.kind == RTF_END)
            break;
        if (!do_token(r, &token, error))
            return FALSE;
        deepest = MAX(deepest, r->groups->len);
        if (deepest > 0 && r->groups->len == 0)
            break; /* what stands behind the last brace is not the document's */
    }
    flush(r);
    r->early = r->groups->len > 0;
    while (r->groups->len)
        close_group(r);
    end_table(r);
    return TRUE;
}

Reading *rtf_read(const TechniqueInput *input, GError **error)
{
    gsize length;
    const char *data = g_bytes_get_data(input->bytes, &length);
    if (!data || !g_strstr_len(data, (gssize)MIN(length, 100), "{\\rtf")) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_DAMAGED, "it does not begin as RTF does");
        return NULL;
    }
    g_autoptr(Reading) reading = reading_new(input->media_type);
    g_autoptr(Flow) flow = flow_new(reading);
    g_autoptr(RtfHead) head = rtf_head_new();
    Rtf r = {.lexer = {data, data + length},
             .flow = flow,
             .head = head,
             .groups = g_array_new(FALSE, FALSE, sizeof(Group)),
             .bytes = g_string_new(NULL),
             .marker = g_string_new(NULL),
             .page = 1252};
    r.now.properties[RTF_FALLBACK] = 1;
    r.now.properties[RTF_OUTLINE] = -1;
    flow_begin_page(flow, 1);
    gboolean ok = read_all(&r, error) && flow_end_page(flow, error);
    g_array_unref(r.groups);
    g_string_free(r.bytes, TRUE);
    g_string_free(r.marker, TRUE);
    if (r.early)
        reading_note_missing(reading, "the file is damaged: it ends inside a group");
    return ok ? g_steal_pointer(&reading) : NULL;
}
