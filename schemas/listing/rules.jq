# What must agree in a moderated listing: the decision follows from the violations, every violation
# names a rule of the version in force, and what is missing is named as missing.

def version: "1.0"; # of guideline.md
def violations: .moderation.violations;
def rejecting: [violations[] | select(.rule | test("^(PRO|SYS)-"))];
def has($rule): any(violations[]; .rule == $rule);
def may_lack_text: ["PRC-01", "PRC-02", "DSC-01"];

# ---- the decision ----
require("decision_follows"; "/moderation/decision";
  .moderation.decision ==
    (if (rejecting | length) > 0 then "reject"
     elif (violations | length) > 0 then "needs_changes"
     else "approve" end);
  "\(.moderation.decision) with \(violations | length) violations, \(rejecting | length) of which reject"),

require("guideline_is_in_force"; "/moderation/guideline_version";
  .moderation.guideline_version == version;
  "version \(.moderation.guideline_version) is not in force, \(version) is"),

(violations | to_entries[]
 | .key as $i
 | .value
 | require("guideline_is_in_force"; "/moderation/violations/\($i)/guideline_version";
     .guideline_version == version;
     "version \(.guideline_version) is not in force, \(version) is"),
   require("violation_shows_text"; "/moderation/violations/\($i)/text";
     .text != null or (.rule as $rule | may_lack_text | index($rule)) != null;
     "\(.rule) is broken by words of the listing, which must be quoted"),
   # The rule decides both, so they need no place in the listing.
   follows("/moderation/violations/\($i)/guideline_version"; version; []),
   follows("/moderation/violations/\($i)/action"; .action; ["/moderation/violations/\($i)/rule"])),

expect("violations_differ"; "/moderation/violations";
  (violations | map([.rule, .text]) | unique | length) == (violations | length);
  "the same violation is named twice"),

# ---- what is missing breaks a rule ----
require("missing_price_is_named"; "/price";
  (.price != null and .price != 0) or has("PRC-01");
  "there is no price, but PRC-01 is not among the violations"),

require("missing_currency_is_named"; "/currency";
  .currency != null or .price == null or has("PRC-02");
  "there is no currency, but PRC-02 is not among the violations"),

require("missing_description_is_named"; "/description";
  .description != null or has("DSC-01");
  "there is no description, but DSC-01 is not among the violations"),

# ---- the standard ----
expect("title_is_calm"; "/title";
  (.title | explode) as $letters # by their numbers: a search for each would cost more than all else here
  | ($letters | map(select(. >= 65 and . <= 90)) | length) as $capitals
  | ($letters | map(select(. >= 97 and . <= 122)) | length) as $small
  | $capitals + $small < 12 or $capitals <= $small;
  "the title is in capitals: \(.title)"),

expect("description_is_text"; "/description";
  .description == null or (.description | test("<[A-Za-z!/][^>]*>") | not);
  "the description holds HTML"),

expect("attributes_differ"; "/attributes";
  ((.attributes // []) | map(.name) | unique | length) == ((.attributes // []) | length);
  "an attribute is named twice"),

# ---- what needs no place in the listing: the catalogue's own words, and a machine's about its work ----
((.attributes // []) | to_entries[]
 | follows("/attributes/\(.key)/name"; .value.name; ["/attributes/\(.key)/value"])),
follows("/moderation/guideline_version"; version; []),
follows("/moderation/automated"; .moderation.automated; []),
follows("/moderation/decision"; .moderation.decision; ["/moderation/violations"])
