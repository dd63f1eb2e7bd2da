/* One schema against one value: what applies in place first, because unevaluated* looks at it. */
#include "stages/check/schema/explain.h"

#include <string.h>

#define MAX_DEPTH 600u     /* schemas inside each other, references counted */
#define MAX_WORK 20000000u /* schemas evaluated for one instance */
#define STACK_MARKS 4      /* words of marks that need no allocation: 256 children */

void explain_mark(ExplainMarks *marks, guint child)
{
    if (marks != NULL && child < marks->count)
        marks->bits[child / 64] |= G_GUINT64_CONSTANT(1) << (child % 64);
}

gboolean explain_is_marked(const ExplainMarks *marks, guint child)
{
    return child < marks->count &&
           (marks->bits[child / 64] & (G_GUINT64_CONSTANT(1) << (child % 64))) != 0;
}

void explain_reach_limit(Explain *explain, const char *limit)
{
    if (explain->limit == NULL)
        explain->limit = limit;
}

gboolean explain_spend(Explain *explain, guint64 work)
{
    explain->work += work;
    if (explain->work > MAX_WORK)
        explain_reach_limit(explain, "the work for one instance");
    return explain->limit == NULL;
}

gboolean explain_in_place(const Frame *frame, const SchemaNode *node, const char *keyword,
                          const char *name, int index, ExplainMarks *marks)
{
    const ExplainPath outer = {frame->trail, keyword, 0};
    const ExplainPath inner = {&outer, name, index};
    return explain_schema(frame, node, frame->item, frame->place,
                          name == NULL && index < 0 ? &outer : &inner, marks);
}

gboolean explain_quietly(const Frame *frame, const SchemaNode *node, const cJSON *item,
                         const ExplainPath *place, ExplainMarks *marks)
{
    GPtrArray *findings = frame->explain->findings;
    frame->explain->findings = NULL;
    gboolean ok = explain_schema(frame, node, item, place, frame->trail, marks);
    frame->explain->findings = findings;
    return ok;
}

/* ---- references ---- */

static const SchemaNode *dynamic_target(const Frame *frame)
{
    const SchemaNode *target = frame->node->dynamic_ref;
    if (frame->node->dynamic_name == NULL)
        return target;
    /* The outermost resource in scope that has the anchor wins. */
    for (const ExplainScope *scope = frame->scope; scope != NULL; scope = scope->up) {
        const SchemaNode *found =
            g_hash_table_lookup(scope->resource->dynamic_anchors, frame->node->dynamic_name);
        if (found != NULL)
            target = found;
    }
    return target;
}

/* ---- applicators in place ---- */

static gboolean explain_all_of(const Frame *frame)
{
    gboolean ok = TRUE;
    for (guint i = 0; i < frame->node->all_of->len; i++) {
        ok &= explain_in_place(frame, g_ptr_array_index(frame->node->all_of, i), "allOf", NULL,
                               (int)i, frame->marks);
        if (!ok && frame->explain->findings == NULL)
            return FALSE;
    }
    return ok;
}

static guint pointer_depth(const char *pointer)
{
    guint depth = 0;
    for (; *pointer != '\0'; pointer++)
        depth += *pointer == '/';
    return depth;
}

/* How near a failing branch came: a broken tag (const, enum or type at its top) says that another
 * branch was meant; otherwise the deeper the first failure the nearer, and then the fewer. */
static int branch_nearness(const GPtrArray *findings, guint here)
{
    int deepest = 0;
    for (guint i = 0; i < findings->len; i++) {
        const SchemaFinding *finding = g_ptr_array_index(findings, i);
        guint below = pointer_depth(finding->instance) - here;
        if ((below <= 1 &&
             (g_str_equal(finding->rule, "const") || g_str_equal(finding->rule, "enum"))) ||
            (below == 0 && g_str_equal(finding->rule, "type")))
            return -1000 - (int)findings->len;
        deepest = MAX(deepest, (int)below);
    }
    return deepest * (int)SCHEMA_MAX_FINDINGS - (int)findings->len;
}

static guint place_depth(const ExplainPath *place)
{
    guint depth = 0;
    for (; place != NULL; place = place->up)
        depth++;
    return depth;
}

/* After no branch matched: runs them again for their findings and keeps the nearest one's. */
static gboolean report_branches(const Frame *frame, const GPtrArray *branches, const char *keyword)
{
    GPtrArray *findings = frame->explain->findings;
    if (findings == NULL || frame->explain->limit != NULL)
        return FALSE;
    g_autoptr(GPtrArray) nearest = NULL;
    int best = G_MININT;
    guint chosen = 0;
    for (guint i = 0; i < branches->len; i++) {
        g_autoptr(GPtrArray) own =
            g_ptr_array_new_with_free_func((GDestroyNotify)schema_finding_free);
        frame->explain->findings = own;
        explain_in_place(frame, g_ptr_array_index(branches, i), keyword, NULL, (int)i, NULL);
        int nearness = branch_nearness(own, place_depth(frame->place));
        if (nearness <= best)
            continue;
        best = nearness;
        chosen = i;
        g_clear_pointer(&nearest, g_ptr_array_unref);
        nearest = g_steal_pointer(&own);
    }
    frame->explain->findings = findings;
    report(frame, keyword, "fits none of the %u allowed forms; the nearest is number %u",
           branches->len, chosen + 1);
    while (nearest != NULL && nearest->len > 0 && findings->len < SCHEMA_MAX_FINDINGS)
        g_ptr_array_add(findings, g_ptr_array_steal_index(nearest, 0));
    return FALSE;
}

static gboolean explain_any_of(const Frame *frame)
{
    gboolean ok = FALSE;
    for (guint i = 0; i < frame->node->any_of->len; i++) {
        ok |= explain_quietly(frame, g_ptr_array_index(frame->node->any_of, i), frame->item,
                              frame->place, frame->marks);
        /* Every branch that matches marks, so an asker must have them all. */
        if (ok && frame->marks == NULL)
            return TRUE;
    }
    return ok || report_branches(frame, frame->node->any_of, "anyOf");
}

static gboolean explain_one_of(const Frame *frame)
{
    int first = -1;
    for (guint i = 0; i < frame->node->one_of->len; i++) {
        if (!explain_quietly(frame, g_ptr_array_index(frame->node->one_of, i), frame->item,
                             frame->place, frame->marks))
            continue;
        if (first >= 0)
            return report(frame, "oneOf",
                          "fits the forms number %d and %u, and must fit exactly one", first + 1,
                          i + 1);
        first = (int)i;
    }
    return first >= 0 || report_branches(frame, frame->node->one_of, "oneOf");
}

static gboolean explain_condition(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    if (explain_quietly(frame, node->condition, frame->item, frame->place, frame->marks))
        return node->then_node == NULL ||
               explain_in_place(frame, node->then_node, "then", NULL, -1, frame->marks);
    return node->else_node == NULL ||
           explain_in_place(frame, node->else_node, "else", NULL, -1, frame->marks);
}

static gboolean explain_dependent(const Frame *frame)
{
    gboolean ok = TRUE;
    for (guint i = 0; i < frame->node->dependent_schemas->len; i++) {
        const SchemaMember *member = g_ptr_array_index(frame->node->dependent_schemas, i);
        if (cJSON_GetObjectItemCaseSensitive(frame->item, member->name) != NULL)
            ok &= explain_in_place(frame, member->node, "dependentSchemas", member->name, 0,
                                   frame->marks);
    }
    return ok;
}

static gboolean explain_applicators(const Frame *frame)
{
    const SchemaNode *node = frame->node;
    gboolean all = frame->explain->findings != NULL; /* go on after a failure */
    gboolean ok = TRUE;
    if (node->ref != NULL)
        ok &= explain_in_place(frame, node->ref, "$ref", NULL, -1, frame->marks);
    if ((ok || all) && node->dynamic_ref != NULL)
        ok &= explain_in_place(frame, dynamic_target(frame), "$dynamicRef", NULL, -1, frame->marks);
    if ((ok || all) && node->all_of != NULL)
        ok &= explain_all_of(frame);
    if ((ok || all) && node->any_of != NULL)
        ok &= explain_any_of(frame);
    if ((ok || all) && node->one_of != NULL)
        ok &= explain_one_of(frame);
    if ((ok || all) && node->negated != NULL &&
        explain_quietly(frame, node->negated, frame->item, frame->place, NULL))
        ok = report(frame, "not", "has the form that is not allowed here");
    if ((ok || all) && node->condition != NULL)
        ok &= explain_condition(frame);
    if ((ok || all) && node->dependent_schemas != NULL && cJSON_IsObject(frame->item))
        ok &= explain_dependent(frame);
    return ok;
}

/* ---- one schema ---- */

static gboolean explain_frame(const Frame *frame)
{
    if (frame->node->never)
        return report(frame, NULL, "must not be there: nothing is allowed at this place");
    gboolean all = frame->explain->findings != NULL;
    gboolean ok = explain_any(frame);
    if (!ok && !all)
        return FALSE;
    gboolean applied = explain_applicators(frame);
    if (!applied && !all)
        return FALSE;
    if (cJSON_IsString(frame->item))
        ok &= explain_string(frame);
    else if (cJSON_IsNumber(frame->item))
        ok &= explain_number(frame);
    else if (cJSON_IsArray(frame->item))
        ok &= explain_array(frame, applied);
    else if (cJSON_IsObject(frame->item))
        ok &= explain_object(frame, applied);
    return ok && applied;
}

/* Marks are kept apart until the schema has proved true: those of a failing one do not count. */
static gboolean explain_with_marks(Frame *frame, ExplainMarks *asked)
{
    guint count = (guint)cJSON_GetArraySize(frame->item);
    guint words = (count + 63) / 64;
    guint64 few[STACK_MARKS] = {0};
    g_autofree guint64 *many = words > STACK_MARKS ? g_new0(guint64, words) : NULL;
    ExplainMarks own = {many != NULL ? many : few, count};
    frame->marks = &own;
    gboolean ok = explain_frame(frame);
    for (guint i = 0; ok && asked != NULL && i < words; i++)
        asked->bits[i] |= own.bits[i];
    return ok;
}

gboolean explain_schema(const Frame *parent, const SchemaNode *node, const cJSON *item,
                        const ExplainPath *place, const ExplainPath *trail, ExplainMarks *marks)
{
    Explain *explain = parent->explain;
    if (explain->depth >= MAX_DEPTH)
        explain_reach_limit(explain, "the depth of schemas inside each other");
    if (!explain_spend(explain, 1))
        return FALSE;
    const ExplainScope entered = {parent->scope, node->resource};
    Frame frame = {
        .explain = explain,
        .node = node,
        .item = item,
        .place = place,
        .trail = trail,
        .scope = parent->scope != NULL && parent->scope->resource == node->resource ? parent->scope
                                                                                    : &entered,
    };
    gboolean asks =
        marks != NULL || node->unevaluated_items != NULL || node->unevaluated_properties != NULL;
    explain->depth++;
    gboolean ok = asks && (cJSON_IsArray(item) || cJSON_IsObject(item))
                      ? explain_with_marks(&frame, marks)
                      : explain_frame(&frame);
    explain->depth--;
    return ok;
}

gboolean explain_run(const Schema *schema, const cJSON *instance, GPtrArray *findings,
                     const char **limit)
{
    Explain explain = {.findings = findings};
    const Frame outside = {.explain = &explain};
    gboolean ok = explain_schema(&outside, schema->root, instance, NULL, NULL, NULL);
    *limit = explain.limit;
    return ok;
}
