#requires -Version 5
using module Foo
using namespace System.IO
param([string]$Name = 'x')
$script:Count = 1
<# help #>
function Get-Thing {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [int] $Count = 3
    )
    begin { $a = 1 }
    process { Write-Host "hi $Name" }
    end { return $a }
}
function script:Inner($a, $b) { $a + $b }
filter Only { $_ }
class Point : Base {
    [int] $X = 0
    static [string] $Kind
    Point([int] $x) { $this.X = $x }
    [int] Sum([int] $a) { return $a + $this.X }
    hidden [void] No() { }
}
enum Colour { Red }
