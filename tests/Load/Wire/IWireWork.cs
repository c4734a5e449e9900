namespace OrleansSale.Tests.Load.Wire;

/// <summary>Requests to send, in the order of their intended starts, and what to make of the answers.</summary>
internal interface IWireWork
{
    /// <summary>How many requests there are.</summary>
    int Count { get; }

    /// <summary>When a request is meant to start (Stopwatch ticks); never earlier than the one before.</summary>
    long DueAt(int index);

    /// <summary>The request's bytes.</summary>
    ReadOnlyMemory<byte> Request(int index);

    /// <summary>An answer came. Called by one thread at a time for one request, by many for different ones.</summary>
    /// <returns>Null if the request is done; else after how long to send it again.</returns>
    TimeSpan? Answered(int index, WireAnswer answer);

    /// <summary>No answer came, and what became of the request is not known.</summary>
    /// <returns>Null if the request is given up; else after how long to send it again.</returns>
    TimeSpan? Failed(int index, string why);
}
