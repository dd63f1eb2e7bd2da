# What should agree on a receipt. Shops round, add service charges and print taxes that the prices
# already hold, so most rules accept several ways; receipts are scanned badly, so most only doubt.

def items: .items // [];
def priced: [items[].amount | select(. != null)];
def every_item_is_priced: (priced | length) > 0 and (priced | length) == (items | length);
def items_total: total_of(priced[]);
def rounded: .rounding // 0;

# ---- totals ----
require("total_is_there"; "/total"; .total != null; "no total could be read"),

expect("items_make_total"; "/items";
  (every_item_is_priced | not) or .total == null
  or (items_total as $sum
      | near($sum; .total; 0.05)
        or near($sum + rounded; .total; 0.05)
        or near($sum + (.tax // 0) + rounded; .total; 0.05)
        or (.subtotal != null and near($sum; .subtotal; 0.05)));
  "the items sum to \(items_total|shown), which leads neither to the total \(.total|shown) nor to the subtotal \(.subtotal|shown)"),

expect("total_is_sum"; "/total";
  .subtotal == null or .total == null
  or near(.subtotal + rounded; .total; 0.05)
  or near(.subtotal + (.tax // 0) + rounded; .total; 0.05);
  "subtotal \(.subtotal|shown), tax \(.tax|shown) and rounding \(.rounding|shown) do not make the total \(.total|shown)"),

require("tax_below_total"; "/tax";
  .tax == null or .total == null or (.tax | fabs) <= (.total | fabs) * 0.35 + 0.01;
  "the tax \(.tax|shown) is more than a third of the total \(.total|shown)"),

expect("rounding_is_small"; "/rounding";
  .rounding == null or (.rounding | fabs) < 1;
  "a rounding of \(.rounding|shown)"),

expect("total_is_not_zero"; "/total"; .total != 0; "the total is zero"),

# ---- items ----
(items | to_entries[]
 | .key as $i
 | .value
 | select(.quantity != null and .unit_price != null and .amount != null)
 | expect("item_is_product"; "/items/\($i)/amount";
     near(.quantity * .unit_price; .amount; 0.02 + (.amount | fabs) * 0.005);
     "\(.quantity|tojson) at \(.unit_price|shown) is not \(.amount|shown)")),

# ---- when ----
expect("date_is_plausible"; "/date";
  .date == null or (.date >= "1990-01-01" and .date < "2100-01-01");
  "dated \(.date)"),

# ---- what needs no place in the document because other fields prove it ----
(if .subtotal != null and .total != null then
   follows("/total"; .subtotal + (.tax // 0) + rounded | cents; ["/subtotal"])
 else empty end)
