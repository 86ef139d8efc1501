using System.Runtime.InteropServices;

namespace Kv.Api.Hosting;

/// <summary>
/// Handles SIGTERM, SIGINT (Ctrl-C) and SIGQUIT from the start of the program. Before the host exists, a signal ends
/// the program immediately. Afterwards the first signal stops the host, and a second one ends the program immediately.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] Handled = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private readonly TaskCompletionSource<PosixSignal> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _endNow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private volatile bool _hasHost;

    public StopSignals() =>
        _registrations = [.. Handled.Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    /// <summary>Whether a signal has stopped the host.</summary>
    public bool HaveStopped => _first.Task.IsCompleted;

    /// <summary>Completes with the signal that ends the program immediately.</summary>
    public Task EndNow => _endNow.Task;

    /// <summary>Completes with the first signal from now on, which stops the host.</summary>
    public Task<PosixSignal> First()
    {
        _hasHost = true;
        return _first.Task;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        // Prevent the runtime from ending the process.
        context.Cancel = true;
        if (!_hasHost || !_first.TrySetResult(context.Signal))
            _endNow.TrySetResult();
    }
}
