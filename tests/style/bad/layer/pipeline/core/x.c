/* The core knows the host. */
#include "pipeline/host/ledger.h"
