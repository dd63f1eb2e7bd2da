/* SQL outside the ledger. */
static const char *const query = "SELECT name FROM documents";
