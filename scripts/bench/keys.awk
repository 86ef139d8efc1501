# Prints the table of the part "keys" and the targets. Exits with 1 if an answer was not 2xx. Needs medians.awk.
# -v connections="1 32" -v store=etcd|embedded. A line ends with etcd's counters before and after.

function three(key) {
  return sprintf("%9.0f | %8.2f | %8.2f", figure(rate, key), figure(p50, key), figure(p99, key))
}
# Compares Kv with the gateway. With one connection p50 must not be above the target. With more connections the rate
# must not be below it.
function target(clients, operation, wanted,   kv, gateway, reached) {
  kv = clients SUBSEP operation SUBSEP "kv"; gateway = clients SUBSEP operation SUBSEP "gateway"
  reached = clients == 1 ? ratio(p50, kv, gateway) : ratio(rate, kv, gateway)
  printf "%-7s  %-12s at %3d connection%s %4s is %.2fx the gateway, target %s %.1fx\n",
    (clients == 1 ? reached <= wanted : reached >= wanted) ? "reached" : "MISSED", name[operation], clients,
    clients == 1 ? ": " : "s:", clients == 1 ? "p50" : "rate", reached, clients == 1 ? "<=" : ">=", wanted
}
function bounded(clients, operation,   kv, bound, gateway) {
  kv = clients SUBSEP operation SUBSEP "kv"; bound = clients SUBSEP operation SUBSEP "bound"
  gateway = clients SUBSEP operation SUBSEP "gateway"
  if (!((1 SUBSEP bound) in rate)) return
  if (clients == 1) printf "%s at   1 connection:   p50 of the bare server is %.2fx the gateway, that of Kv %.2fx the bare server\n",
    name[operation], ratio(p50, bound, gateway), ratio(p50, kv, bound)
  else printf "%s at %3d connections: the bare server comes to %.2fx the gateway, Kv to %.0f %% of the bare server\n",
    name[operation], clients, ratio(rate, bound, gateway), 100 * ratio(rate, kv, bound)
}
function at_most(what, reached, wanted) {
  printf "%-7s  %s: %.3f, target <= %s\n", reached <= wanted ? "reached" : "MISSED", what, reached, wanted
}
{
  measured[$2] = 1; non_2xx[$4] += $9; errors[$4] += $10
  proposals[$1, key] = ($14 - $11) / ($5 > 0 ? $5 : 1)
  # Keys that expire in the same second share a lease. All TTLs are equal, so keys written in the same second share one.
  leases = ($15 - $12) / ($16 - $13 + 1)
  if ($3 == "put-ttl" && $4 == "kv" && leases > most_leases) most_leases = leases
}
END {
  n = split(connections, clients, " ")
  printf "| connections | operation    |   Kv/s    | p50 ms   | p99 ms   "
  print "| gateway/s | p50 ms   | p99 ms   | rate ratio | p50 ratio | TTL/PUT |"
  printf "|------------:|--------------|----------:|---------:|---------:"
  print "|----------:|---------:|---------:|-----------:|----------:|--------:|"
  for (c = 1; c <= n; c++) for (o = 1; o <= 3; o++) {
    kv = clients[c] SUBSEP operations[o] SUBSEP "kv"
    gateway = clients[c] SUBSEP operations[o] SUBSEP "gateway"
    compared = (1 SUBSEP gateway) in rate
    printf "| %11d | %-12s | %s | %s | %10s | %9s | %7s |\n", clients[c], name[operations[o]], three(kv),
      compared ? three(gateway) : sprintf("%9s | %8s | %8s", "", "", ""),
      compared ? sprintf("%.2fx", ratio(rate, kv, gateway)) : "",
      compared ? sprintf("%.2fx", ratio(p50, kv, gateway)) : "",
      o == 3 ? sprintf("%.2fx", ratio(rate, kv, clients[c] SUBSEP "put" SUBSEP "kv")) : ""
  }
  print ""
  if (store == "etcd") {
    split("1.1 2.0 4.0 4.0", wanted_get, " "); split("1.1 1.5 2.5 3.0", wanted_put, " ")
    split("0.7 3.0 4.0 5.0", wanted_ttl, " ")
    m = split("1 32 128 512", aimed_at, " ")
    for (a = 1; a <= m; a++) if (aimed_at[a] in measured) {
      target(aimed_at[a], "get", wanted_get[a])
      target(aimed_at[a], "put", wanted_put[a])
      target(aimed_at[a], "put-ttl", wanted_ttl[a])
    }
    for (c = 1; c <= n; c++) for (o = 1; o <= 3; o++) bounded(clients[c], operations[o])
    if (128 in measured)
      at_most("rounds of consensus for each PUT at 128 connections", figure(proposals, 128 SUBSEP "put" SUBSEP "kv"), 0.05)
    at_most("leases granted for each second of PUTs with TTL, at most", most_leases, 2)
  }
  for (who in non_2xx) if (non_2xx[who] + errors[who] > 0) {
    printf "FAILED: %s: %d answers were not 2xx, %d socket errors\n", who, non_2xx[who], errors[who]
    bad = 1
  }
  exit bad
}
