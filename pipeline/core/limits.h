/* Every limit on input from outside, named once with its meaning. A limit that is reached is an
 * error with a reason (error.h), never a silent cut. Configurable ones are the defaults here. */
#pragma once

#define DOCKET_MAX_DOCUMENT_BYTES (256u << 20) /* one input file; larger ones fail as too_large */
#define DOCKET_MAX_BATCH_BYTES (2048ull << 20) /* one CSV/JSONL batch file */
#define DOCKET_MAX_ROW_BYTES (4u << 20)        /* one row of a batch */
#define DOCKET_MAX_PAGES 2000u                 /* pages of one document that are read */
#define DOCKET_MAX_WORDS 4000000u              /* words of one reading */
#define DOCKET_MAX_TEXT_BYTES (64u << 20)      /* UTF-8 text of one reading */
#define DOCKET_MAX_PAGE_POINTS 20000.0         /* longest side of a page, points (about 7 m) */
#define DOCKET_MAX_IMAGE_PIXELS 150000000u     /* decoded pixels of one page image */
#define DOCKET_MAX_RESULT_BYTES (512u << 20)   /* one reader's answer (a sealed memfd) */
#define DOCKET_MAX_FRAME_BYTES 16384u          /* one control frame between supervisor and reader */
#define DOCKET_MAX_JSON_DEPTH 128              /* nesting of any JSON we accept */
#define DOCKET_MAX_JSON_BYTES (64u << 20)      /* one JSON text we accept (record, answer, row) */
#define DOCKET_MAX_ANSWER_BYTES (16u << 20)    /* one model answer */
#define DOCKET_MAX_EVENT_BYTES (4u << 20)      /* one event of a model's stream */
#define DOCKET_MAX_ATTACHMENTS 1000u           /* parts of one mail, members of one archive */
#define DOCKET_MAX_CHILD_BYTES (128u << 20) /* one attachment of a mail, one member of an archive */
#define DOCKET_MAX_MEMBERS 10000u           /* entries of one archive, messages of one mailbox */
#define DOCKET_MAX_UNPACKED_BYTES (1u << 30)   /* all members of one archive */
#define DOCKET_MAX_UNPACK_RATIO 250u           /* unpacked bytes for each byte of the archive … */
#define DOCKET_FREE_UNPACKED_BYTES (16u << 20) /* … of what goes beyond these */
#define DOCKET_MAX_NESTING 5u                  /* documents inside documents inside … */
#define DOCKET_MAX_FAMILY 20000u /* documents that come out of one file, at all depths */
#define DOCKET_MAX_FAMILY_BYTES (4ull << 30) /* and their bytes */
#define DOCKET_MAX_MIME_DEPTH 40u            /* multiparts inside each other in one mail */
#define DOCKET_MAX_NAME_BYTES 200u           /* document name as used for files in the outbox */
#define DOCKET_PAGES_PER_TASK 8u             /* page range of a document's first reader task */
#define DOCKET_MAX_PAGES_PER_TASK 64u        /* the same of those that follow */
#define DOCKET_TASK_SLICE_MS 250u            /* a range ends after the page that passes this */
#define DOCKET_MAX_PASSWORDS 64u             /* tried on one encrypted document */
#define DOCKET_MAX_PASSWORD_BYTES 127u       /* of one, in UTF-8 (ISO 32000-2, 7.6.4.3) */
#define DOCKET_ROWS_PER_TASK 256u            /* rows of a batch per reader task */
#define DOCKET_MEMBERS_PER_TASK 64u          /* members of a container per reader task */
