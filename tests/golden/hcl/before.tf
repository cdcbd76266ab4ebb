# c
terraform {
  required_version = ">= 1.0"
}
variable "region" {
  type    = string
  default = "eu"
}
resource "aws_instance" "web" {
  ami = var.ami
  tags = { Name = "x" }
  dynamic "ebs" {
    for_each = var.x
  }
}
locals {
  a = 1
  b = "${local.a}-x"
}
region = "x"
