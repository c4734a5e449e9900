using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansSale.Silo.Storage.Postgres;
using OrleansSale.Silo.Storage.Sqlite;

namespace OrleansSale.Silo.Cluster;

/// <summary>
/// The failures of a start that a person can mend by what one line says; a stack trace would only hide it.
/// </summary>
public static class StartFailure
{
    /// <summary>Whether it is one of them.</summary>
    public static bool IsExpected(Exception failure) => failure
        is StartException or DatabaseUnusableException or DataDirectoryInUseException or OptionsValidationException
        or IOException { InnerException: AddressInUseException }
        // A value of a wrong type: the binder's message names its key.
        or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" };

    /// <summary>The line.</summary>
    public static string Describe(Exception failure) => failure.Message.ReplaceLineEndings(" ");
}
