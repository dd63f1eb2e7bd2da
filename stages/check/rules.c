#include "stages/check/rules.h"

#include "pipeline/core/error.h"

#include <jq.h>
#include <string.h>

/* Stands before the pack's program on its first line, so that jq's line numbers stay true. What
 * would look outside of the record is replaced by errors, and $ENV by an empty object. */
#define PRELUDE                                                                                    \
    "def env: error(\"rules have no environment\");"                                               \
    "def input: error(\"rules have no further input\");"                                           \
    "def inputs: error(\"rules have no further input\");"                                          \
    "def input_filename: null; def input_line_number: null; def get_search_list: [];"              \
    "def debug: .; def debug(f): .; def stderr: .;"                                                \
    "def halt: error(\"rules cannot halt\"); def halt_error: error(\"rules cannot halt\");"        \
    "def halt_error($code): error(\"rules cannot halt\");"                                         \
    "def broken($rule; $pointer; $message):"                                                       \
    " {rule: $rule, pointer: $pointer, message: $message, severity: \"error\"};"                   \
    "def doubt($rule; $pointer; $message):"                                                        \
    " {rule: $rule, pointer: $pointer, message: $message, severity: \"warn\"};"                    \
    "def require($rule; $pointer; holds; message):"                                                \
    " if holds then empty else broken($rule; $pointer; message) end;"                              \
    "def expect($rule; $pointer; holds; message):"                                                 \
    " if holds then empty else doubt($rule; $pointer; message) end;"                               \
    "def stronger($rule; $pointer; needed; message):"                                              \
    " if needed then {rule: $rule, pointer: $pointer, message: message, severity: \"strong\"}"     \
    " else empty end;"                                                                             \
    "def near($a; $b; $tolerance): (($a - $b) | fabs) <= $tolerance + 0.0000001;"                  \
    "def cents: (. * 100 | round) / 100;"                                                          \
    "def total_of(values): reduce (values | select(. != null)) as $x (0; . + $x) | cents;"         \
    "def shown: if type == \"number\" and . == cents then"                                         \
    " (if . < 0 then \"-\" else \"\" end) as $sign | (fabs * 100 | round) as $c |"                 \
    " \"\\($sign)\\(($c / 100) | floor).\\(($c % 100) | if . < 10 then \"0\\(.)\" else"            \
    " tostring end)\" else tojson end;"                                                            \
    "def follows($pointer; value; $from): {follows: $pointer, value: value, from: $from};"         \
    "{} as $ENV | "

#define MAX_MESSAGE_BYTES 2000u

struct Rules {
    jq_state *jq;
    GString *complaints; /* what libjq said while compiling */
};

void rule_finding_free(RuleFinding *finding)
{
    if (finding == NULL)
        return;
    g_free(finding->rule);
    g_free(finding->pointer);
    g_free(finding->message);
    cJSON_Delete(finding->value);
    g_clear_pointer(&finding->from, g_ptr_array_unref);
    g_free(finding);
}

/* libjq says the reason on the first line, then shows the whole program, prelude and all. */
static void complain(void *data, jv message)
{
    GString *complaints = data;
    jv text = jv_get_kind(message) == JV_KIND_STRING ? message : jv_dump_string(message, 0);
    g_autofree char *line = g_strdup(jv_string_value(text));
    jv_free(text);
    line[strcspn(line, "\n")] = '\0';
    if (!g_str_has_prefix(line, "jq: error: "))
        return; /* "jq: 1 compile error" */
    g_autoptr(GString) reason = g_string_new(line + strlen("jq: error: "));
    g_string_replace(reason, " (Unix shell quoting issues?)", "", 0);
    g_string_replace(reason, " at <top-level>,", " in", 0);
    g_string_append_printf(complaints, "%s%s", complaints->len > 0 ? "; " : "",
                           g_strchomp(reason->str));
}

Rules *rules_new(const char *program, GError **error)
{
    g_autoptr(Rules) rules = g_new0(Rules, 1);
    rules->complaints = g_string_new(NULL);
    rules->jq = jq_init();
    if (rules->jq == NULL) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "libjq does not start");
        return NULL;
    }
    jq_set_error_cb(rules->jq, complain, rules->complaints);
    /* No module can be imported from anywhere. */
    jq_set_attr(rules->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
    g_autofree char *whole = g_strconcat(PRELUDE, program, NULL);
    if (!jq_compile(rules->jq, whole)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "rules.jq cannot be compiled: %s",
                    rules->complaints->str);
        return NULL;
    }
    return g_steal_pointer(&rules);
}

void rules_free(Rules *rules)
{
    if (rules == NULL)
        return;
    if (rules->jq != NULL)
        jq_teardown(&rules->jq);
    g_string_free(rules->complaints, TRUE);
    g_free(rules);
}

/* ---- what the program emits ---- jv values are consumed by the jv_* calls that take them */

static char *member_string(jv object, const char *key)
{
    jv value = jv_object_get(jv_copy(object), jv_string(key));
    char *text = NULL;
    if (jv_get_kind(value) == JV_KIND_STRING)
        text = g_strdup(jv_string_value(value));
    jv_free(value);
    return text;
}

static gboolean is_name(const char *name)
{
    return name != NULL && *name != '\0' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static gboolean refuse(GError **error, const char *why)
{
    g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "rules.jq emits %s", why);
    return FALSE;
}

static gboolean add_follows(jv object, GPtrArray *findings, GError **error)
{
    RuleFinding *finding = g_new0(RuleFinding, 1);
    g_ptr_array_add(findings, finding);
    finding->kind = RULE_FOLLOWS;
    finding->pointer = member_string(object, "follows");
    finding->from = g_ptr_array_new_with_free_func(g_free);
    jv from = jv_object_get(jv_copy(object), jv_string("from"));
    if (jv_get_kind(from) == JV_KIND_ARRAY) {
        jv_array_foreach(from, i, item)
        {
            if (jv_get_kind(item) == JV_KIND_STRING)
                g_ptr_array_add(finding->from, g_strdup(jv_string_value(item)));
            jv_free(item);
        }
    }
    jv_free(from);
    jv value = jv_dump_string(jv_object_get(jv_copy(object), jv_string("value")), 0);
    finding->value = cJSON_Parse(jv_string_value(value));
    jv_free(value);
    return (finding->pointer != NULL && finding->value != NULL) ||
           refuse(error, "a `follows` without pointer and value");
}

static gboolean add_broken(jv object, GPtrArray *findings, GError **error)
{
    RuleFinding *finding = g_new0(RuleFinding, 1);
    g_ptr_array_add(findings, finding);
    finding->rule = member_string(object, "rule");
    finding->pointer = member_string(object, "pointer");
    finding->message = member_string(object, "message");
    g_autofree char *severity = member_string(object, "severity");
    if (!is_name(finding->rule) || finding->message == NULL)
        return refuse(error, "a finding without a rule's name ([a-z0-9_]+) and message");
    if (finding->pointer == NULL)
        finding->pointer = g_strdup("");
    if (severity != NULL && strcmp(severity, "error") != 0 && strcmp(severity, "warn") != 0 &&
        strcmp(severity, "strong") != 0)
        return refuse(error, "a severity that is none of \"error\", \"warn\", \"strong\"");
    finding->kind = g_strcmp0(severity, "warn") == 0     ? RULE_WARN
                    : g_strcmp0(severity, "strong") == 0 ? RULE_STRONG
                                                         : RULE_ERROR;
    if (strlen(finding->message) > MAX_MESSAGE_BYTES) {
        /* Values of the record stand in messages; a huge one must not fill prompts and reasons. */
        char *cut = g_utf8_substring(finding->message, 0, MAX_MESSAGE_BYTES / 4);
        g_free(finding->message);
        finding->message = cut;
    }
    return TRUE;
}

/* How many of each kind there are so far. */
typedef struct {
    guint broken, follows;
} RuleCounts;

static gboolean add_one(jv object, GPtrArray *findings, RuleCounts *counts, GError **error)
{
    gboolean follows = jv_object_has(jv_copy(object), jv_string("follows"));
    guint most = follows ? RULES_MAX_FOLLOWS : RULES_MAX_FINDINGS;
    if (++*(follows ? &counts->follows : &counts->broken) > most) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "rules.jq says more than %u things of one kind about one record", most);
        return FALSE;
    }
    return follows ? add_follows(object, findings, error) : add_broken(object, findings, error);
}

/* Takes value. */
static gboolean add_output(jv value, GPtrArray *findings, RuleCounts *counts, GError **error)
{
    gboolean ok = TRUE;
    if (jv_get_kind(value) == JV_KIND_ARRAY) {
        jv_array_foreach(value, i, item)
        {
            if (ok && jv_get_kind(item) != JV_KIND_OBJECT)
                ok = refuse(error, "a list of something else than objects");
            else if (ok)
                ok = add_one(item, findings, counts, error);
            jv_free(item);
        }
    } else if (jv_get_kind(value) != JV_KIND_OBJECT) {
        ok = refuse(error, "something that is no object");
    } else {
        ok = add_one(value, findings, counts, error);
    }
    jv_free(value);
    return ok;
}

/* The end of the outputs: nothing more, or an error that the program raised. Takes `last`. */
static gboolean finish(jv last, GError **error)
{
    gboolean failed = jv_invalid_has_msg(jv_copy(last));
    if (failed) {
        jv message = jv_invalid_get_msg(last);
        jv text = jv_get_kind(message) == JV_KIND_STRING ? message : jv_dump_string(message, 0);
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK, "rules.jq failed on this record: %s",
                    jv_string_value(text));
        jv_free(text);
    } else {
        jv_free(last);
    }
    return !failed;
}

gboolean rules_run(Rules *rules, const cJSON *record, GPtrArray *findings, GError **error)
{
    g_autofree char *text = json_print(record, FALSE);
    gsize length = text == NULL ? 0 : strlen(text);
    if (length == 0 || length > RULES_MAX_RECORD_BYTES) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_TOO_LARGE,
                    "the record is too large for its rules (%" G_GSIZE_FORMAT " bytes, limit %u)",
                    length, RULES_MAX_RECORD_BYTES);
        return FALSE;
    }
    jv input = jv_parse_sized(text, (int)length);
    if (!jv_is_valid(input))
        return finish(input, error) || refuse(error, "nothing: the record cannot be read by jq");
    g_string_truncate(rules->complaints, 0);
    jq_start(rules->jq, input, 0);
    RuleCounts counts = {0};
    jv value = jq_next(rules->jq);
    while (jv_is_valid(value)) {
        if (!add_output(value, findings, &counts, error))
            return FALSE;
        value = jq_next(rules->jq);
    }
    return finish(value, error);
}
