namespace OrleansSale.Silo.Storage;

/// <summary>The file at the path is not the one that is open. The message is for everybody.</summary>
internal sealed class FileLostException(string message) : IOException(message);
