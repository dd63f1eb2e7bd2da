# What must agree inside an invoice. Emits an object for every rule that does not hold; a broken rule
# goes back to the model and then to a person, a doubt only lowers the confidence of its field.
# Amounts may be off by rounding: 0.02 on the document, 0.01 a line where lines are summed.

def given(value): value != null;

# Valid by ISO 13616: the first four characters moved to the end, letters as 10..35, rest 1 by 97.
def iban_is_valid:
  (.[4:] + .[0:4])
  | explode
  | reduce .[] as $c (0;
      if $c >= 65 then (. * 100 + $c - 55) % 97 else (. * 10 + $c - 48) % 97 end)
  | . == 1;

def lines: .lines // [];
def priced: [lines[].net_amount | select(. != null)];
def every_line_is_priced: (priced | length) > 0 and (priced | length) == (lines | length);
def lines_total: total_of(priced[]);
def adjusted: total_of(lines_total, .charges, (if .discount == null then null else -.discount end));
def slack: 0.02 + 0.01 * (lines | length);

# ---- totals ----
require("total_is_sum"; "/total";
  .net == null or .tax == null or near(.net + .tax; .total; 0.02);
  "net \(.net|shown) and tax \(.tax|shown) do not make the total \(.total|shown)"),

# Without a net total the lines must lead to the total; some sellers print lines with tax included.
require("lines_make_net"; "/lines";
  (every_line_is_priced | not)
  or (given(.net) and near(adjusted; .net; slack))
  or near(adjusted; .total; slack)
  or (given(.tax) and near(adjusted + .tax; .total; slack));
  "the lines sum to \(lines_total|shown), which leads neither to the net total \(.net|shown) nor to the total \(.total|shown)"),

require("amount_due_is_rest"; "/amount_due";
  .amount_due == null or near(.amount_due; .total - (.prepaid // 0); 0.02);
  "total \(.total|shown) less what is paid \(.prepaid|shown) is not the amount due \(.amount_due|shown)"),

expect("tax_is_plausible"; "/tax";
  .tax == null or (.tax | fabs) <= (.total | fabs) * 0.3 + 0.02;
  "the tax \(.tax|shown) is more than 30 % of the total \(.total|shown)"),

# ---- lines ----
(lines | to_entries[]
 | .key as $i
 | .value
 | select(.quantity != null and .unit_price != null and .net_amount != null)
 | expect("line_is_product"; "/lines/\($i)/net_amount";
     near(.quantity * .unit_price | fabs; .net_amount | fabs; 0.02 + (.net_amount | fabs) * 0.005);
     "\(.quantity|tojson) at \(.unit_price|shown) is not \(.net_amount|shown)")),

# ---- dates ----
require("due_after_issue"; "/due_date";
  .due_date == null or .due_date >= .issue_date;
  "due on \(.due_date), before it was issued on \(.issue_date)"),

expect("issue_date_is_plausible"; "/issue_date";
  .issue_date >= "1990-01-01" and .issue_date < "2100-01-01";
  "issued on \(.issue_date)"),

# ---- who and where ----
require("iban_is_valid"; "/iban";
  .iban == null or (.iban | iban_is_valid);
  "the check digits of \(.iban) are wrong"),

require("buyer_is_not_seller"; "/seller/name";
  .buyer == null or .buyer.name == null or .buyer.name != .seller.name;
  "\(.seller.name) bills itself"),

# One address for both is nearly always the other party's, taken for want of its own.
require("parties_live_apart"; "/seller/address";
  .buyer == null or .buyer.address == null or .buyer.address != .seller.address;
  "seller and buyer have the same address, \(.seller.address)"),

# ---- what needs no place in the document because other fields prove it ----
(if .net != null and .tax != null then follows("/total"; .net + .tax | cents; ["/net", "/tax"]) else empty end),
(if .tax != null then follows("/net"; .total - .tax | cents; ["/total", "/tax"]) else empty end),
(if .net != null then follows("/tax"; .total - .net | cents; ["/total", "/net"]) else empty end),
(lines | to_entries[]
 | select(.value.quantity != null and .value.unit_price != null)
 | .key as $i
 | follows("/lines/\($i)/net_amount"; .value.quantity * .value.unit_price | cents;
     ["/lines/\($i)/quantity", "/lines/\($i)/unit_price"]))
