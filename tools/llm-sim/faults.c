#include "tools/llm-sim/faults.h"

#include "pipeline/core/error.h"
#include "tools/llm-sim/draw.h"

G_STATIC_ASSERT(FAULT_LAST <= 64);

static const struct {
    const char *name;
    gboolean fatal; /* a client that meets it must stop asking: no part of "all" */
    const char *help;
} faults[FAULT_LAST] = {
    [FAULT_NONE] = {"none", TRUE, ""},
    [FAULT_400] = {"400", TRUE, "bad request"},
    [FAULT_401] = {"401", TRUE, "the key is refused"},
    [FAULT_404] = {"404", TRUE, "the model does not exist"},
    [FAULT_QUOTA] = {"quota", TRUE, "status 429, but the account's money is spent"},
    [FAULT_429] = {"429", FALSE, "rate limit with a time to wait: one second"},
    [FAULT_429_BARE] = {"429-bare", FALSE, "rate limit without"},
    [FAULT_500] = {"500", FALSE, "internal error"},
    [FAULT_502] = {"502", FALSE, "bad gateway, with a web page"},
    [FAULT_503] = {"503", FALSE, "overloaded"},
    [FAULT_529] = {"529", FALSE, "overloaded, as Anthropic says it"},
    [FAULT_RESET] = {"reset", FALSE, "the connection is reset"},
    [FAULT_TLS] = {"tls", FALSE, "bytes that are neither TLS nor HTTP, then the end"},
    [FAULT_HANG] = {"hang", FALSE, "no answer for a minute, then a reset"},
    [FAULT_HTML] = {"html", FALSE, "a web page with status 200"},
    [FAULT_EXPIRED] = {"expired", FALSE, "an entry of a batch is not worked on in time"},
    [FAULT_SLOW] = {"slow", FALSE, "ten times the latency, two seconds at least"},
    [FAULT_DRIP] = {"drip", FALSE, "the body comes in drops, over three seconds at least"},
    [FAULT_HANG_STREAM] = {"hang-stream", FALSE, "half the body, a minute of nothing, a reset"},
    [FAULT_CUT] = {"cut", FALSE, "the body ends in its middle"},
    [FAULT_STREAM_ERROR] = {"stream-error", FALSE, "an error event in the middle of a stream"},
    [FAULT_GARBAGE_SSE] = {"garbage-sse", FALSE, "an event of a stream is garbage"},
    [FAULT_INVALID_UTF8] = {"invalid-utf8", FALSE, "a byte of the text is broken"},
    [FAULT_NO_USAGE] = {"no-usage", FALSE, "no token counts"},
    [FAULT_GIANT] = {"giant", FALSE, "20 MiB of text, billed as the request's output limit"},
    [FAULT_EMPTY] = {"empty", FALSE, "a completion without text"},
    [FAULT_REFUSAL] = {"refusal", FALSE, "the model declines"},
    [FAULT_LENGTH] = {"length", FALSE, "half the answer, and the finish reason says so"},
    [FAULT_BROKEN_JSON] = {"broken-json", FALSE, "half the answer, and nothing says so"},
    [FAULT_PROSE] = {"prose", FALSE, "sentences around the JSON"},
    [FAULT_FENCE] = {"fence", FALSE, "a Markdown fence around the JSON"},
    [FAULT_THINK] = {"think", FALSE, "tagged thoughts before the JSON"},
    [FAULT_WRONG_TYPES] = {"wrong-types", FALSE, "numbers as words, texts as lists"},
    [FAULT_EXTRA_KEYS] = {"extra-keys", FALSE, "a key that the schema does not know"},
    [FAULT_WRONG_DIGITS] = {"wrong-digits", FALSE, "two digits of a value are swapped"},
    [FAULT_WRONG_NEIGHBOUR] = {"wrong-neighbour", FALSE, "a value that belongs to another field"},
    [FAULT_WRONG_INVENTED] = {"wrong-invented", FALSE, "a value that stands nowhere"},
    [FAULT_VERIFY_WRONG] = {"verify-wrong", FALSE, "a verifier disputes every value"},
    [FAULT_VERIFY_AIR] = {"verify-air", FALSE, "a verifier cites what stands nowhere"},
    [FAULT_LEFT_OUT] = {"left-out", FALSE,
                        "no record of a document, where several are asked about"},
};

const char *fault_name(Fault fault)
{
    return faults[fault].name;
}

const char *fault_help(Fault fault)
{
    return faults[fault].help;
}

void fault_rates_init(FaultRates *rates)
{
    for (int i = 0; i < FAULT_LAST; i++)
        rates->rates[i] = -1;
}

static gboolean add_one(FaultRates *rates, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "=", 2);
    if (!parts[0])
        return FALSE;
    char *end = NULL;
    double rate = parts[1] ? g_ascii_strtod(parts[1], &end) : 1;
    if ((parts[1] && (end == parts[1] || *end)) || !(rate >= 0 && rate <= 1))
        return FALSE;
    gboolean all = g_str_equal(parts[0], "all"), known = all;
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        if (all ? !faults[i].fatal : g_str_equal(parts[0], faults[i].name)) {
            rates->rates[i] = rate;
            known = TRUE;
        }
    return known;
}

gboolean fault_rates_add(FaultRates *rates, const char *text, GError **error)
{
    g_auto(GStrv) each = g_strsplit(text, ",", -1);
    for (guint i = 0; each[i]; i++)
        if (!add_one(rates, g_strstrip(each[i]))) {
            g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_USAGE,
                        "fault \"%s\": must be KIND=RATE with a rate from 0 to 1, and a kind that "
                        "--help names",
                        each[i]);
            return FALSE;
        }
    return TRUE;
}

FaultSet faults_choose(const FaultRules *rules, const FaultRates *common, const FaultRates *model,
                       const FaultSubject *subject)
{
    if (rules->once && (subject->times > 0 || subject->repair))
        return 0;
    if (rules->repairs_only && !subject->repair)
        return 0;
    g_autofree char *about = rules->sticky
                                 ? g_strdup(subject->document)
                                 : g_strdup_printf("%s %u", subject->request, subject->times);
    FaultSet set = 0;
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++) {
        double rate = model->rates[i] >= 0 ? model->rates[i] : common->rates[i];
        if (rate > 0 && draw(rules->seed, faults[i].name, about) < rate)
            set |= FAULT_BIT(i);
    }
    return set;
}

gboolean faults_have(FaultSet set, Fault fault)
{
    return (set & FAULT_BIT(fault)) != 0;
}

Fault faults_refusal(FaultSet set)
{
    for (int i = FAULT_NONE + 1; i < FAULT_EXPIRED; i++)
        if (faults_have(set, (Fault)i))
            return (Fault)i;
    return FAULT_NONE;
}

char *faults_describe(void)
{
    GString *text = g_string_new("Faults (--fault KIND=RATE,…, shares from 0 to 1):\n");
    for (int i = FAULT_NONE + 1; i < FAULT_LAST; i++)
        g_string_append_printf(text, "  %-16s %s%s\n", faults[i].name, faults[i].help,
                               faults[i].fatal ? " *" : "");
    g_string_append(text, "  all              each of them but those with *, which end a run\n");
    return g_string_free(text, FALSE);
}
