namespace OrleansSale.Silo;

/// <summary>The start cannot go on; the message is the one line a person needs.</summary>
public sealed class StartException(string message) : Exception(message);
