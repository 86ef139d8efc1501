using System.Net.Sockets;
using Kv.Attacker;

// Attacks a Kv until standard input ends. args[0] is the name of the attack, args[1] the address of HTTP/1.1, args[2]
// the address of HTTP/2. Each line of the output is an answer; an empty line is a call without one.
var attack = Attacks.Named(args[0]);
using var target = new Target(new Uri(args[1]), new Uri(args[2]));
using var over = new CancellationTokenSource();
var attackers = Enumerable.Range(0, attack.Attackers).Select(Repeat).ToArray();
await Console.In.ReadToEndAsync();
await over.CancelAsync();
await Task.WhenAll(attackers);

async Task Repeat(int number)
{
    while (!over.IsCancellationRequested)
        try
        {
            await attack.Once(target, number, Console.Out.WriteLine, over.Token);
        }
        catch (Exception error) when (
            error is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            Console.Out.WriteLine();
        }
}
