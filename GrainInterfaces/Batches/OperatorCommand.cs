using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.GrainInterfaces.Batches;

/// <summary>The actions of an operator on a batch that exists.</summary>
public enum OperatorAction
{
    /// <summary>Stop new holds; live holds keep their deadline and may be paid.</summary>
    Pause,

    /// <summary>End a pause.</summary>
    Resume,

    /// <summary>Stop new holds for ever.</summary>
    Close,

    /// <summary>Add units.</summary>
    Restock,

    /// <summary>Take free units out of the sale.</summary>
    Withdraw,

    /// <summary>Let nobody join the line. Who is in it stays in it.</summary>
    SuspendLine,

    /// <summary>Let buyers join the line again.</summary>
    ResumeLine,

    /// <summary>Give the buyers of all live, unpaid holds more time to pay.</summary>
    Extend,

    /// <summary>Change instants of the schedule that are still to come.</summary>
    Reschedule,

    /// <summary>Cancel and refund the orders there are, and pause the sale.</summary>
    Recall,

    /// <summary>
    /// Never carry the places that waited at the end. The product's backlog decides first whether they can be dropped.
    /// </summary>
    DropBacklog,
}

/// <summary>A command of an operator.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Units">How many units to restock or withdraw, 1…10,000,000; 0 for the others.</param>
/// <param name="Reason">Why, for the record: 1…500 characters; empty for the two about the line.</param>
/// <param name="By">The operator's alias.</param>
/// <param name="Key">The Idempotency-Key: the same command under the same key takes effect once.</param>
/// <param name="Seconds">To extend: how much more time, 1…86,400 s; 0 for the others.</param>
/// <param name="Schedule">To reschedule: all instants, also those that stay; null for the others.</param>
/// <param name="Orders">To recall: which orders; null for the others.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.OperatorCommand")]
public sealed partial record OperatorCommand(
    [property: Id(0)] OperatorAction Action,
    [property: Id(1)] int Units,
    [property: Id(2)] string Reason,
    [property: Id(3)] Alias By,
    [property: Id(4)] KeyHash Key,
    [property: Id(5)] int Seconds = 0,
    [property: Id(6)] Schedule? Schedule = null,
    [property: Id(7)] RecalledOrders? Orders = null)
{
    /// <summary>Longest extension by one command, in seconds: a day.</summary>
    public const int MaxExtensionSeconds = 86_400;

    /// <summary>
    /// Longest time from a hold to its payBy after extensions, in seconds: a week. A unit is not kept from others for
    /// longer without being paid.
    /// </summary>
    public const int MaxHoldSeconds = 604_800;
}
