#include "children.h"

#include "pipeline/core/bytes.h"
#include "pipeline/core/limits.h"

#include <string.h>

/* What has come out of one file so far, at all depths. */
typedef struct {
    guint documents;
    guint64 bytes;
} Family;

/* ---- names ---- */

static gboolean leads_elsewhere(const char *part)
{
    return *part == '\0' || strcmp(part, ".") == 0 || strcmp(part, "..") == 0;
}

/* "report.pdf.gz" holds "report.pdf". Caller frees. */
static char *name_inside(const char *parent, guint64 number)
{
    static const char *const endings[] = {".gz", ".bz2", ".xz", ".zst", ".lzma", ".Z"};
    g_autofree char *base = g_path_get_basename(parent);
    gsize length = strlen(base);
    for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
        gsize n = strlen(endings[i]);
        if (length > n && g_ascii_strcasecmp(base + length - n, endings[i]) == 0)
            return g_strndup(base, length - n);
    }
    return g_strdup_printf("part-%" G_GUINT64_FORMAT, number + 1);
}

char *children_name(const char *parent, const char *name, guint64 number)
{
    g_autoptr(GString) clean = g_string_new(NULL);
    g_autofree char *forward = g_strdelimit(g_strdup(name), "\\", '/');
    g_auto(GStrv) parts = g_strsplit(forward, "/", -1);
    for (guint i = 0; parts[i]; i++)
        if (!leads_elsewhere(parts[i]))
            g_string_append_printf(clean, "%s%s", clean->len ? "/" : "", parts[i]);
    if (clean->len)
        return g_string_free(g_steal_pointer(&clean), FALSE);
    return name_inside(parent, number);
}

/* ---- limits ---- */

static Family *family_of(const Job *job)
{
    Job *root = (Job *)job_root(job);
    Family *family = job_data(root, "family");
    if (!family) {
        family = g_new0(Family, 1);
        job_set_data(root, "family", family, g_free);
    }
    return family;
}

static gboolean count_in(const Job *parent, guint64 bytes, GError **error)
{
    Family *family = family_of(parent);
    family->documents++;
    family->bytes += bytes;
    if (job_depth(parent) + 1 > DOCKET_MAX_NESTING)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "documents stand in each other more than %u deep", DOCKET_MAX_NESTING);
    else if (family->documents > DOCKET_MAX_FAMILY)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u documents come out of %s", DOCKET_MAX_FAMILY,
                    job_root(parent)->name);
    else if (family->bytes > DOCKET_MAX_FAMILY_BYTES)
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "more than %u MB of documents come out of %s",
                    (guint)(DOCKET_MAX_FAMILY_BYTES >> 20), job_root(parent)->name);
    else
        return TRUE;
    return FALSE;
}

/* An archive can be made that holds itself; then it would wait for itself. */
static gboolean holds_itself(const Job *parent, const char *sha256)
{
    for (; parent; parent = parent->parent)
        if (g_strcmp0(parent->sha256, sha256) == 0)
            return TRUE;
    return FALSE;
}

/* ---- one child ---- */

static Job *new_child(Job *parent, const Child *child)
{
    g_autofree char *below = children_name(parent->name, child->name, child->number);
    g_autofree char *name = g_strconcat(parent->name, "/", below, NULL);
    Job *job = job_new(parent->engine, JOB_DOCUMENT, name);
    job->parent = parent;
    job->row = (gint64)child->number;
    job->wanted_pack = g_strdup(parent->wanted_pack);
    job->sealed = parent->sealed;
    return job;
}

/* It has failed before anybody could look at it: it is entered here, and goes to its verdict. */
static gboolean enter_failed(Job *job, const Child *child, gboolean *finished, GError **error)
{
    if (!job->sha256) {
        g_autofree char *identity = g_strdup_printf("member %" G_GUINT64_FORMAT " of %s",
                                                    child->number, job->parent->sha256);
        job->sha256 = bytes_sha256(identity, strlen(identity));
        job->size = child->size;
    }
    job->media_type = g_strdup(*child->media_type ? child->media_type : "application/octet-stream");
    job->verdict = VERDICT_FAILED;
    job->error_code = child->code;
    job_reason(job, docket_error_reason(child->code), "%s", child->sentence);
    return ledger_claim(engine_ledger(job->engine), job, finished, error);
}

static gboolean take_content(Job *job, GBytes *content, GError **error)
{
    gsize size;
    const char *data = g_bytes_get_data(content, &size);
    job->size = size;
    job->sha256 = bytes_sha256(data ? data : "", size);
    job->document = wire_memfd_from_bytes("document", data, size, error);
    return job->document >= 0;
}

gboolean children_add(Job *parent, const Child *child, EngineRowDone done, GError **error)
{
    g_autoptr(Job) job = new_child(parent, child);
    Child own = *child;
    gboolean finished = FALSE;
    if (!count_in(parent, child->content ? child->size : 0, error) ||
        (child->content && !take_content(job, child->content, error)))
        return FALSE;
    if (job->sha256 && holds_itself(parent, job->sha256)) {
        own.content = NULL;
        own.code = DOCKET_ERROR_DAMAGED;
        own.sentence = "it is the same file as one that it stands in";
    }
    if (!own.content && !enter_failed(job, &own, &finished, error))
        return FALSE;
    parent->children++;
    if (!finished)
        engine_add_child(parent, g_steal_pointer(&job), done, NULL);
    return TRUE;
}

/* ---- what a reading brings along ---- */

gboolean children_are_carried(const Job *job)
{
    return g_str_has_prefix(job->media_type, "message/");
}

gboolean children_of_reading(Job *job, GError **error)
{
    GPtrArray *attachments = job->reading->attachments;
    if (!children_are_carried(job) || job->sealed)
        return TRUE;
    for (guint i = 0; i < job->reading->notes->len; i++)
        if (!g_str_has_prefix(job->reading->notes->pdata[i], READING_MISSING))
            job_reason(job, "noticed", "%s", (const char *)job->reading->notes->pdata[i]);
    for (guint i = 0; i < attachments->len; i++) {
        Attachment *attachment = attachments->pdata[i];
        if (!attachment->content && attachment->size <= DOCKET_MAX_CHILD_BYTES)
            continue; /* only listed: a signature, a logo */
        Child child = {.number = i,
                       .name = attachment->name,
                       .media_type = attachment->media_type,
                       .size = attachment->size,
                       .content = attachment->content,
                       .code = DOCKET_ERROR_TOO_LARGE,
                       .sentence = "as an attachment it is over the limit of a document"};
        if (!children_add(job, &child, NULL, error))
            return FALSE;
        g_clear_pointer(&attachment->content, g_bytes_unref);
    }
    return TRUE;
}
