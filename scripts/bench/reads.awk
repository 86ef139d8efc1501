# Prints the table of the part "reads" and the targets. Exits with 1 if an answer was not 2xx. Needs medians.awk.
# -v tick=10000, the microseconds of a tick. A line ends with etcd's messages and the ticks of etcd and of Kv, before
# and after.

function row(side, clients, label,   key) {
  key = clients SUBSEP "get" SUBSEP side
  if (!((1, key) in rate)) return
  printf "| %-42s | %7.0f | %6.2f | %6.2f | %16.4f | %13.1f | %11.1f |\n", label, figure(rate, key), figure(p50, key),
    figure(p99, key), figure(messages, key), figure(etcd, key), figure(kv, key)
}
function target(what, reached, wanted, is_most) {
  printf "%-7s  %s: %.3f, target %s %s\n", (is_most ? reached <= wanted : reached >= wanted) ? "reached" : "MISSED",
    what, reached, is_most ? "<=" : ">=", wanted
}
{
  bad += $9 + $10
  messages[$1, key] = ($14 - $11) / $5; etcd[$1, key] = ($15 - $12) * tick / $5; kv[$1, key] = ($16 - $13) * tick / $5
}
END {
  print "| GETs                                       | a s     | p50 ms | p99 ms | etcd's calls/GET | etcd, µs/GET  | Kv, µs/GET  |"
  print "|--------------------------------------------|--------:|-------:|-------:|-----------------:|--------------:|------------:|"
  row("kv", 128, "one replica")
  row("off", 128, "one replica with NEAR_CACHE_BYTES=0")
  row("gateway", 128, "etcd's gateway")
  row("bound", 128, "the bare server")
  row("three", 384, "three replicas, 128 connections to each")
  row("spread", 129, "three replicas, 43 connections to each")
  print ""
  one = 128 SUBSEP "get" SUBSEP "kv"; three = 384 SUBSEP "get" SUBSEP "three"
  target("rate to that without the near cache", ratio(rate, one, 128 SUBSEP "get" SUBSEP "off"), 1.4)
  target("rate to that of the gateway", ratio(rate, one, 128 SUBSEP "get" SUBSEP "gateway"), 4)
  target("etcd's calls for each GET", figure(messages, one), 0.05, 1)
  target("etcd's processor time for each GET in µs", figure(etcd, one), 2, 1)
  target("etcd's calls for each GET, three replicas to one", ratio(messages, three, one), 1.1, 1)
  if (bad > 0) printf "FAILED: %d answers were not 2xx, or were none\n", bad
  exit bad > 0
}
