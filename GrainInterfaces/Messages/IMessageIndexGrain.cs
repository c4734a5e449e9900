using Orleans.Concurrency;

namespace OrleansSale.GrainInterfaces.Messages;

/// <summary>
/// Which batches have messages to deliver, or some that do not arrive: one actor, key <see cref="Key"/>.
/// </summary>
[Alias("OrleansSale.IMessageIndexGrain")]
public interface IMessageIndexGrain : IGrainWithStringKey
{
    /// <summary>Its only key.</summary>
    const string Key = "messages";

    /// <summary>Notes durably how the messages of a batch stand.</summary>
    [Alias("NoteAsync")]
    Task NoteAsync(string batch, MessagesState state);

    /// <summary>The batches whose messages do not arrive.</summary>
    [AlwaysInterleave, Alias("ListTroubledAsync"), ResponseTimeout("00:00:02")]
    Task<string[]> ListTroubledAsync();

    /// <summary>Wakes all that have something to do; returns how many.</summary>
    [AlwaysInterleave, Alias("WakeAllAsync"), ResponseTimeout("00:10:00")]
    Task<int> WakeAllAsync();
}

/// <summary>How the messages of a batch stand.</summary>
/// <param name="HasWork">Whether some are still to be made or sent, so that a start must wake them.</param>
/// <param name="HasTrouble">Whether some do not arrive.</param>
[GenerateSerializer, Immutable, Alias("OrleansSale.MessagesState")]
public sealed record MessagesState([property: Id(0)] bool HasWork, [property: Id(1)] bool HasTrouble);
