using System.ComponentModel.DataAnnotations;

namespace OrleansSale.Silo.Settings;

/// <summary>Our settings below <c>Orleans:…</c>: a process' place in its cluster.</summary>
public sealed class ClusterOptions
{
    /// <summary>Ports when none are given.</summary>
    public const int DefaultSiloPort = 11_111, DefaultGatewayPort = 30_000;

    /// <summary>Processes of one id find each other; <c>sale</c> by default.</summary>
    public string? ClusterId { get; set; }

    /// <summary>The owner of the documents and reminders; <c>sale</c> by default.</summary>
    public string? ServiceId { get; set; }

    /// <summary>
    /// Where other machines reach this silo: an address, or a name that has one. In Development loopback by default.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>Other silos connect here: 0…65,535, 11,111 by default; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int SiloPort { get; set; } = DefaultSiloPort;

    /// <summary>Fronts connect here: 0…65,535, 30,000 by default; 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; } = DefaultGatewayPort;

    /// <summary>Mutual TLS between the members.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>PEM files: all three or none.</summary>
    public sealed class TlsOptions
    {
        /// <summary>The certificate of this member.</summary>
        public string? CertificatePath { get; set; }

        /// <summary>Its private key.</summary>
        public string? KeyPath { get; set; }

        /// <summary>The root certificates that sign members.</summary>
        public string? AuthorityPath { get; set; }
    }
}

/// <summary>Settings <c>ConnectionStrings:…</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>The cluster's PostgreSQL. No default: the engine is then one process on files.</summary>
    public string? Sale { get; set; }
}
