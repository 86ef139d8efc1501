namespace Kv.Infrastructure.Quotas;

/// <summary>
/// The reservations of completed writes until their changes arrive. They are kept by tenant and not by write: one
/// generation is released as a whole while the next one collects. The lock of <see cref="UsageTotals"/> guards it.
/// </summary>
internal sealed class ConfirmedReservations
{
    private Generation _closed = new();
    private Generation _open = new();

    /// <summary>Keeps a reservation until the changes have arrived up to a revision.</summary>
    public void Add(Reservation reservation, long revision)
    {
        _open.Add(reservation, revision);
        if (_closed.IsEmpty)
            (_closed, _open) = (_open, _closed);
    }

    /// <summary>Removes the reservations that end once the changes have arrived up to a revision.</summary>
    public IEnumerable<Reservation> Through(long revision)
    {
        while (!_closed.IsEmpty && _closed.Last <= revision)
        {
            foreach (var (account, reserved) in _closed.Take())
                yield return new Reservation(account, reserved);
            (_closed, _open) = (_open, _closed);
        }
    }

    private sealed class Generation
    {
        private Dictionary<TenantAccount, Reserved> _reserved = [];

        public long Last { get; private set; }

        public bool IsEmpty => _reserved.Count == 0;

        public void Add(Reservation reservation, long revision)
        {
            var account = reservation.Account!;
            _reserved[account] = _reserved.GetValueOrDefault(account) + reservation.Reserved;
            Last = Math.Max(Last, revision);
        }

        public Dictionary<TenantAccount, Reserved> Take()
        {
            var taken = _reserved;
            (_reserved, Last) = ([], 0);
            return taken;
        }
    }
}
