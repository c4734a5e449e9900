using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Batches.Stock;
using static OrleansSale.Grains.Batches.Entries.InconsistentEntryException;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>The terms of the batch, the state of its sale, and the operators' commands that were carried out.</summary>
public sealed class DirectingBook(StockBook stock)
{
    private readonly Dictionary<(Alias By, KeyHash Key), OperatorCommand> _commands = [];

    /// <summary>The terms; null: not created yet.</summary>
    public BatchTerms? Terms { get; private set; }

    /// <summary>SHA-256 of the batch's key.</summary>
    public byte[] KeyHash { get; private set; } = [];

    /// <summary>The schedule in force: that of the terms, or the one that an operator has set since.</summary>
    public Schedule Schedule { get; private set; } = null!;

    /// <summary>Sequence of the entry that set it; 0: it is that of the terms.</summary>
    public long RescheduledAt { get; private set; }

    /// <summary>Whether the sale has opened.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the sale has ended for ever.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>When it ended, ms.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Whether personal data was removed, or its removal has begun.</summary>
    public bool IsAnonymised { get; private set; }

    /// <summary>Whether the sale has ended or was closed.</summary>
    public bool IsOver => IsEnded || IsClosed;

    /// <summary>Whether an operator has paused the sale.</summary>
    public bool IsPaused => Pause is not null;

    /// <summary>The pause in force; null: none.</summary>
    public SaleStop? Pause { get; private set; }

    /// <summary>Whether an operator lets nobody join the line.</summary>
    public bool IsLineSuspended { get; private set; }

    /// <summary>Whether an operator has closed the sale.</summary>
    public bool IsClosed => Closing is not null;

    /// <summary>The closing by an operator; null: none.</summary>
    public SaleStop? Closing { get; private set; }

    /// <summary>Commands that were carried out, by operator and key. Each operator's keys are separate.</summary>
    public IReadOnlyDictionary<(Alias By, KeyHash Key), OperatorCommand> Commands => _commands;

    /// <summary>The payment window, in milliseconds.</summary>
    public long WindowMilliseconds => Terms!.PaymentWindowSeconds * 1000L;

    /// <summary>The payment window of an offer to the line, in milliseconds.</summary>
    public long OfferWindowMilliseconds => (Terms!.OfferWindowSeconds ?? Terms.PaymentWindowSeconds) * 1000L;

    internal void Apply(long seq, long at, DirectingEntry entry)
    {
        switch (entry)
        {
            case Created e:
                stock.Begin(seq, e.Terms.Stock);
                (Terms, KeyHash, Schedule) = (e.Terms, e.KeyHash, e.Terms.Schedule);
                break;
            case OpenedSale:
                ThrowUnless(!IsOpen && !IsOver, seq, "opened twice, or after the end");
                ThrowUnless(at >= Schedule.SaleOpens.ToUnixTimeMilliseconds(), seq, "opened before its time");
                IsOpen = true;
                break;
            case EndedSale e:
                ThrowUnless(!IsEnded, seq, "ended twice");
                ThrowUnless(
                    e.Cause == EndCause.Operator ? IsClosed : at >= Schedule.SaleCloses.ToUnixTimeMilliseconds(),
                    seq, "ended before its time");
                (IsEnded, EndedAt) = (true, at);
                break;
            case Anonymised:
                ThrowUnless(IsEnded && !IsAnonymised, seq, "anonymised twice, or before the end");
                IsAnonymised = true;
                break;
            case PausedSale e:
                ThrowUnless(!IsPaused, seq, "paused twice");
                Pause = StopOf(at, e.Reason);
                break;
            case ResumedSale:
                ThrowUnless(IsPaused, seq, "resumed without a pause");
                Pause = null;
                break;
            case LineSuspended:
                ThrowUnless(!IsLineSuspended, seq, "the line suspended twice");
                IsLineSuspended = true;
                break;
            case LineResumed:
                ThrowUnless(IsLineSuspended, seq, "the line resumed without a suspension");
                IsLineSuspended = false;
                break;
            case ClosedSale e:
                ThrowUnless(!IsClosed, seq, "closed twice");
                Closing = StopOf(at, e.Reason);
                break;
            default: throw new InconsistentEntryException(seq, $"is of an unknown type {entry.GetType().Name}");
        }
    }

    internal void Apply(long seq, long at, Rescheduled entry)
    {
        ThrowUnless(!IsOver, seq, "another schedule after the end");
        ThrowUnless(entry.Schedule != Schedule, seq, "a schedule that changes nothing");
        if (ScheduleRules.Refuse(Schedule, entry.Schedule, at) is var (_, detail))
            throw new InconsistentEntryException(seq, $"an impossible schedule: {detail}");
        (Schedule, RescheduledAt) = (entry.Schedule, seq);
    }

    /// <summary>Records that a recall pauses the sale. Its reason is shown instead of an earlier pause's.</summary>
    internal void Apply(long at, Recalled entry) => Pause = StopOf(at, entry.Reason);

    internal void Record(OperatorCommand command) => _commands.Add((command.By, command.Key), command);

    private static SaleStop StopOf(long at, string reason) => new(DateTimeOffset.FromUnixTimeMilliseconds(at), reason);
}
