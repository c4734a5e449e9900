namespace OrleansSale.Silo;

/// <summary>A process cannot start, or not go on starting; the message is the one line a person needs.</summary>
public sealed class StartException(string message) : Exception(message);
