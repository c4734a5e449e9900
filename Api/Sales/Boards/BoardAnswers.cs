using OrleansSale.GrainInterfaces;

namespace OrleansSale.Api.Sales.Boards;

/// <summary>Whether a batch answers a front that asks for its board, as of the last question.</summary>
internal sealed partial class BoardAnswers(string batch, ILogger log)
{
    private readonly Outage _outage = new("board");
    private volatile string? _damage;

    /// <summary>Whether the batch left the last question without an answer.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Whether the batch's ledger is damaged.</summary>
    public bool IsDamaged => _damage is not null;

    /// <exception cref="StorageDamagedException">The batch's ledger is damaged.</exception>
    public void RequireSound()
    {
        if (_damage is { } damage) throw new StorageDamagedException(damage);
    }

    /// <summary>Notes an answer.</summary>
    public void Came()
    {
        if (_outage.Succeeds() is { } failures) Log.Refreshed(log, batch, failures);
        (IsSilent, _damage) = (false, null);
    }

    /// <summary>Notes that the ledger is damaged.</summary>
    public void Damaged(string reason) => (IsSilent, _damage) = (true, reason);

    /// <summary>Notes a failure.</summary>
    public void Failed(Exception e, bool isLogged)
    {
        IsSilent = true;
        if (!isLogged || !_outage.Fails(e.GetType().Name)) return;
        // A stack trace helps only with an unexpected failure.
        Log.NotRefreshed(log, batch, e.Message, LostInfrastructure.Is(e) ? null : e);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning,
            "The board of {Batch} cannot be refreshed. The front keeps asking for it: {Reason}")]
        public static partial void NotRefreshed(ILogger log, string batch, string reason, Exception? exception);

        [LoggerMessage(2, LogLevel.Information,
            "The board of {Batch} is refreshed again, after {Failures} failures")]
        public static partial void Refreshed(ILogger log, string batch, int failures);
    }
}
