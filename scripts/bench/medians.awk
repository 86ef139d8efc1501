# Computes the medians over the rounds, for both tables. values[round, key] holds a figure. The key consists of
# connections or load, operation and side. A line begins with ROUND CONNECTIONS|LOAD OPERATION SIDE and the output of
# drive.
# A ratio is the median of the ratios of each round, because the sides of one round were measured in direct succession.
# -v rounds=N

function median(list, n,   i, j, t) {
  for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
    t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
  }
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}
function figure(values, key,   i, list) {
  for (i = 1; i <= rounds; i++) list[i] = values[i, key]
  return median(list, rounds)
}
function ratio(values, over, under,   i, list) {
  for (i = 1; i <= rounds; i++) list[i] = values[i, under] > 0 ? values[i, over] / values[i, under] : 0
  return median(list, rounds)
}
BEGIN {
  split("get put put-ttl", operations, " ")
  name["get"] = "GET"; name["put"] = "PUT"; name["put-ttl"] = "PUT with TTL"
}
{
  key = $2 SUBSEP $3 SUBSEP $4
  rate[$1, key] = $5 / $6; p50[$1, key] = $7; p99[$1, key] = $8
}
