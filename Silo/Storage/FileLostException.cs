namespace OrleansSale.Silo.Storage;

/// <summary>The file at the path is not the open file. The message may be public.</summary>
internal sealed class FileLostException(string message) : IOException(message);
