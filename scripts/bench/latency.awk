# Prints the table of the part "latency". Exits with 1 if an answer was not 2xx. Needs medians.awk.
# -v loads="1000 4000"

function both(key) {
  return (1 SUBSEP key) in rate ? sprintf("%8.2f | %8.2f", figure(p50, key), figure(p99, key)) : sprintf("%8s | %8s", "", "")
}
function times(over, under) {
  return (1 SUBSEP under) in rate ? sprintf("%.2fx", ratio(p99, over, under)) : ""
}
{ bad += $9 + $10 }
END {
  n = split(loads, load, " ")
  print "| offered/s | operation    |   Kv p50 |      p99 | bare p50 |      p99 | gateway  |      p99 | p99 to the gateway | p99 to the bare server |"
  print "|----------:|--------------|---------:|---------:|---------:|---------:|---------:|---------:|-------------------:|-----------------------:|"
  for (l = 1; l <= n; l++) for (o = 1; o <= 3; o++) {
    kv = load[l] SUBSEP operations[o] SUBSEP "kv"
    bound = load[l] SUBSEP operations[o] SUBSEP "bound"
    gateway = load[l] SUBSEP operations[o] SUBSEP "gateway"
    printf "| %9d | %-12s | %s | %s | %s | %18s | %22s |\n", load[l], name[operations[o]], both(kv), both(bound), both(gateway), times(kv, gateway), times(kv, bound)
  }
  if (bad > 0) printf "FAILED: %d answers were not 2xx, or were none\n", bad
  exit bad > 0
}
