/* docket: documents in, one schema-conformant record each out. This file only finds the command. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pipeline/host/keyfile.h"
#include "tools/commands/command.h"

#define MOST_DESCRIPTORS 65536u /* as many as the system lets us, up to these */

static const Command commands[] = {
    {"run", "", "turn every document of the inbox into a record, once; made for cron",
     "Documents lie in the inbox; a sub-folder named like a pack says what its documents are,\n"
     "otherwise that is recognised from their content. Records, reviews and failures appear in "
     "the\n"
     "outbox. Interrupted runs are taken up where they stopped.\n\n"
     "  docket run --inbox in --outbox out --state state\n"
     "  */5 * * * *  cd /srv/docs && docket run -q --max-time 280s   # cron: silent when all is "
     "well",
     command_run},
    {"watch", "", "the same whenever something arrives in the inbox, until it is told to stop",
     "SIGTERM and SIGINT let what is under way end, for 4 seconds at most; a second one does not "
     "wait.\nExit code 130 then.\n\n"
     "  docket watch --inbox in --outbox out --state state\n"
     "  docket watch --poll 10                        # the inbox lies on a network share",
     command_watch},
    {"extract", "FILE…", "records of a few files to standard output, keeping nothing",
     "  docket extract invoice.pdf\n"
     "  docket extract --pack receipt --meta scan.png\n"
     "  docket extract --schema my-schema.json - < letter.txt\n"
     "  docket extract offers.csv > offers.jsonl      # a row each, in input order",
     command_extract},
    {"read", "FILE…", "what stands in a document: its text, layout, tables",
     "  docket read scan.png\n"
     "  docket read --format json report.pdf          # every word with its rectangle\n"
     "  docket read --overlay boxes.pdf report.pdf     # look at what was found where\n"
     "\nTSV has Tesseract's columns (level page_num block_num par_num line_num word_num left top\n"
     "width height conf text); boxes are in points (1/72 inch), and in characters and lines for\n"
     "documents without pages. Exit code 3: a document, or a page of it, could not be read.",
     command_read},
    {"review", "ACTION [DOC]", "the documents that wait for a person",
     "Actions:\n"
     "  list                    what waits, and why\n"
     "  next                    the one that has waited longest\n"
     "  show DOC                the draft, its doubts, and where each value stands\n"
     "  accept DOC              the draft is right\n"
     "  correct DOC [FILE]      mend it in $EDITOR, by --set /pointer=value, or from a file\n"
     "  reject DOC              no record comes of this document; say why with --reason\n\n"
     "DOC is an id, the first digits of a SHA-256 (six or more), or a name.\n\n"
     "  docket review correct 17 --set /total=118.50 --set /currency=EUR",
     command_review},
    {"retry", "[DOC…]", "process documents again that failed, or had to do without a model",
     "Puts them back: the next run takes them from where their originals lie. What was decided "
     "before\n"
     "stays in the ledger; what a person decided stays as it is.\n\n"
     "  docket retry --reason no_pack\n"
     "  docket retry --verdict fallback --since 2d\n"
     "  docket retry 17 'scan-*.pdf' offers.csv:12",
     command_retry},
    {"rerun", "", "make records again with a pack's new version, and show what is different",
     "Without it a new version of a pack, prompt or setting is for new documents only. Records "
     "that\n"
     "this version made already are left out, and so is what a person decided.\n\n"
     "  docket rerun --pack invoice --dry-run\n"
     "  docket rerun --pack invoice --since v3        # all since prompt v3 (or a pack's version)\n"
     "  docket rerun --pack invoice --since 30d",
     command_rerun},
    {"export", "PACK", "a pack's records from the ledger, for a spreadsheet or another program",
     "  docket export invoice --since 30d > invoices.jsonl\n"
     "  docket export listing --format csv --bom > listings.csv",
     command_export},
    {"backup", "FILE", "a copy of the ledger, while runs go on",
     "To go back to it, put it in the place of the state folder's ledger.db while nothing runs, "
     "and\n"
     "remove ledger.db-wal and ledger.db-shm there.\n\n"
     "  docket backup /backup/docket-$(date +%F).db",
     command_backup},
    {"webhook", "ACTION [ID…]",
     "what is told to other programs of each verdict, and what became of it",
     "Actions:\n"
     "  list                    deliveries that are owed or dead (--state sent: the others)\n"
     "  resend ID… | --dead     owes dead ones again; the next run sends them\n"
     "  send                    sends what is due now, without a run\n\n"
     "The receiver is configured as webhook.url, people's notices as notify.url_file.",
     command_webhook},
    {"show", "DOC", "everything that is known about one document",
     "DOC is an id, the first digits of a SHA-256 (six or more), or a name.", command_show},
    {"stats", "", "how many documents have which verdict, by pack and prompt; calls and cost", NULL,
     command_stats},
    {"budget", "[resolve CALL…]", "limits on money, and what is spent of them",
     "What is set aside for calls counts as spent until it is known what they cost. Of a call "
     "whose\n"
     "answer never came (a crash, a lost connection) only you can tell, from the provider's "
     "bill:\n\n"
     "  docket budget\n"
     "  docket budget resolve 17 --cost 0.004\n\n"
     "Days and months are those of UTC.",
     command_budget},
    {"log", "[DOC]", "the calls to models: filter, follow, look into one, ask it again",
     "One line a call, the latest last. What was sent is kept with log.payloads=full; --replay "
     "sends\n"
     "exactly that again, within the budget, and makes no record of the answer.\n\n"
     "  docket log invoice.pdf\n"
     "  docket log --follow --pack invoice --json\n"
     "  docket log --since 1d --outcome refused --prompt v4\n"
     "  docket log --payload 1204",
     command_log},
    {"batch", "submit|status|collect", "model calls through the provider's batch API",
     "With run --batch (or [run] batch=yes) a run collects by itself what has ended, enters what "
     "it "
     "has\n"
     "to ask, and submits it; the answers cost about half and come in a later run, within a day.\n"
     "Documents are held until then, which is no error. These do parts of it by hand:\n\n"
     "  docket batch status      # batches, how many calls are answered, what they cost\n"
     "  docket batch submit      # what waits, without looking at the inbox\n"
     "  docket batch collect     # answers of what has ended, kept for the next run",
     command_batch},
    {"audit", "", "prove that nothing is lost: ledger, outbox and accounting agree",
     "Exit code 0: every document is accounted for. 1: something is not as it should be.",
     command_audit},
    {"doctor", "", "what this installation finds and which settings are in force",
     "  docket doctor --models  # asks the models' servers what they can do; costs a little",
     command_doctor},
    {"pack", "ACTION [NAME]", "kinds of documents: list, new, check",
     "Actions:\n"
     "  list                    the packs there are\n"
     "  new NAME                begin one of your own: a folder with comments, ready to check\n"
     "  check [NAME|FOLDER]     is it whole: schema, prompt, template, rules, examples, cases;\n"
     "                          with --provider: which rules a provider enforces, which only "
     "docket",
     command_pack},
    {"prompt", "ACTION PACK [VERSION…]", "versions of a pack's prompt: list, show, diff",
     "Actions:\n"
     "  list PACK               every version, its share of the documents, its hash\n"
     "  show PACK [VERSION]     what a model is told before the document, byte for byte; with\n"
     "                          --document FILE also the document as the model gets it\n"
     "  diff PACK V1 V2         what a model is told in one version and not in the other\n\n"
     "  docket prompt show invoice v1 | sha256sum      # the hash in ledger and meta files\n"
     "  docket prompt show invoice --document bill.pdf\n"
     "  docket prompt diff invoice v3 v4",
     command_prompt},
    {"validate", "SCHEMA [INSTANCE…]", "check JSON files against a JSON Schema",
     "  docket validate schema.json record.json\n"
     "  docket validate --jsonl --assert-format schema.json records.jsonl\n"
     "  docket validate --registry https://example.org/s=schemas schema.json record.json\n"
     "  docket validate schema.json                   # is the schema itself right?\n\n"
     "Exit code 0: all valid. 1: some are not. 2: it could not be told: usage, a schema that "
     "cannot\n"
     "be used, a file that cannot be read, a limit that was reached.",
     command_validate},
};

static const char first_screen[] =
    "docket turns documents into records: PDFs, scans, web pages, texts and tables go in, and for\n"
    "each comes out one JSON record that conforms to your JSON Schema, says where every value\n"
    "stands in the document, and waits for a person when in doubt.\n"
    "\n"
    "  docket run              inbox/  ->  outbox/records, outbox/review, outbox/failed\n"
    "  docket extract FILE     one document, its record to standard output\n"
    "\n"
    "A pack (docket pack list) defines a kind of document: schema, prompt, template, rules. "
    "Without\n"
    "a language model the pack's template makes the records; set model.base_url to connect one.\n";

static const char last_lines[] =
    "Settings: --option, DOCKET_GROUP_KEY, ./docket.conf, ~/.config/docket/docket.conf,\n"
    "/etc/docket/docket.conf, in this order. `docket doctor` shows what is in force.\n"
    "\n"
    "Exit codes: 0 all well, 1 internal error, 2 usage or configuration, 3 some documents failed,\n"
    "4 held: no model reached, 5 held: budget spent, 11 another run is on, 130 interrupted.\n"
    "\n"
    "docket COMMAND --help says more about a command; man docket says all.\n";

static void print_help(FILE *to)
{
    fprintf(to, "Usage: docket COMMAND [OPTION…]\n\n%s\nCommands:\n", first_screen);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\n%s", last_lines);
}

static const Command *find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int unknown_command(const Console *console, const char *name)
{
    g_set_prgname("docket");
    log_start("docket", LOG_NORMAL);
    const char *names[G_N_ELEMENTS(commands) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    const char *near = keyfile_nearest(name, names);
    if (near)
        return console_usage(console, "no command \"%s\"; did you mean \"docket %s\"?", name, near);
    return console_usage(console, "no command \"%s\"; docket --help lists them", name);
}

/* A stream to where standard output leads, and descriptor 1 turned to standard error: whatever a
 * library prints never gets between the data. Missing descriptors are filled with /dev/null first,
 * so that no file opened later is taken for one of them. */
static FILE *guard_stdout(void)
{
    for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR)) {
        if (fd > STDERR_FILENO) {
            close(fd);
            break;
        }
    }
    int data = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (data < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return NULL;
    return fdopen(data, "w");
}

static int dispatch(Console *console, int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (g_str_equal(argv[1], "--version")) {
        console_line(console, "docket %s", DOCKET_VERSION);
        return EXIT_OK;
    }
    gboolean help = g_str_equal(argv[1], "help");
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") || (help && argc == 2)) {
        print_help(console->out);
        return EXIT_OK;
    }
    const char *name = argv[help ? 2 : 1];
    const Command *command = find_command(name);
    if (!command)
        return unknown_command(console, name);
    if (help) {
        char *ask[] = {argv[2], (char[]){"--help"}, NULL};
        return command->run(command, console, 2, ask);
    }
    return command->run(command, console, argc - 1, argv + 1);
}

/* Nobody reads any more (docket show … | head): no fault, and nothing to say. */
static gboolean reader_is_gone(FILE *stream)
{
    struct pollfd poll_fd = {.fd = fileno(stream), .events = POLLOUT};
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLERR);
}

/* Documents under way are descriptors; an archive or a mail can hold a thousand. Readers have a limit of
 * their own. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= MOST_DESCRIPTORS)
        return;
    limit.rlim_cur = MIN(limit.rlim_max, MOST_DESCRIPTORS);
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    allow_descriptors();
    /* A closed pipe is an error to be told, not a death in the middle of a run. */
    signal(SIGPIPE, SIG_IGN);
    Console console = {.out = guard_stdout()};
    if (!console.out)
        return EXIT_INTERNAL;
    int code = dispatch(&console, argc, argv);
    gboolean lost = fflush(console.out) != 0 || ferror(console.out);
    gboolean gone = lost && reader_is_gone(console.out);
    if ((fclose(console.out) != 0 || lost) && !gone)
        fputs("docket: standard output could not be written: the output is not complete\n", stderr);
    console_clear(&console);
    return lost && code == EXIT_OK ? EXIT_INTERNAL : code;
}
